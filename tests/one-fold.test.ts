/** Each replica decides and keeps read models with one fold: it goes over to that while it answers, and nobody notices. */
import { jetstreamManager } from '@nats-io/jetstream';
import test from 'ava';
import { appliedBy } from './support/applied.ts';
import { subjects } from './support/clients.ts';
import { eventually } from './support/poll.ts';
import { startReplicas, type Replicas } from './support/replicas.ts';
import { stepsOf } from './support/steps.ts';

const LIMIT_MS = 30_000;
const READERS = 8;

/** Every replica has folded the last message of the log, which a read of another's is: one that follows its own alone does not come to it. */
const allFoldEverything = async ({ connection, replicas }: Replicas): Promise<void> => {
  const { streams } = await jetstreamManager(await connection());
  const isThere = async (): Promise<true | undefined> => {
    const { last_seq: last } = (await streams.info(subjects.stream)).state;
    return (await Promise.all(replicas.map(appliedBy))).every((applied) => applied === last) || undefined;
  };
  await eventually(isThere, LIMIT_MS, 'every replica to fold everything');
};

test('replicas that start while others are read from answer every read, and their read models are those of a fold of everything', async (t) => {
  const installation = await startReplicas({ servers: 1, replicas: 2 });
  t.teardown(installation.stop);
  const { cluster, replicas } = installation;
  const steps = stepsOf(installation);
  await steps.write('prod/one/KEY', 'kept');
  const client = await steps.approved('one-api');
  await steps.grant('one-api', 'prod/one/');
  let over = false;
  let answers = 0;
  const reader = async (): Promise<void> => {
    while (!over) {
      if ((await client.get('prod/one/KEY')).text() !== 'kept') throw new Error('another value');
      answers += 1;
    }
  };
  const readers = Promise.all(Array.from({ length: READERS }, reader));
  for (const { stop, start } of replicas) {
    await stop();
    await start();
    const before = answers;
    await eventually(() => (answers > before + 100 ? true : undefined), LIMIT_MS, 'more answers');
  }
  over = true;
  await readers;
  await allFoldEverything(installation);
  t.like(await steps.verify(), { identical: true });

  await cluster.kill9(0);
  await cluster.restart(0);
  for (let n = 0; n < 20; n += 1) t.is((await client.get('prod/one/KEY')).text(), 'kept');
  await allFoldEverything(installation);
  t.like(await steps.rebuild(), { identical: true });
  t.is((await client.get('prod/one/KEY')).text(), 'kept');
  await steps.write('prod/one/OTHER', 'new');
  t.like(await steps.verify(), { identical: true });
});
