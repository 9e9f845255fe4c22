import test from 'ava';
import { subjects } from './clients.ts';
import { startReplicas, type Replicas } from './replicas.ts';
import { startReplicaProcesses } from './replica-processes.ts';
import { eventually } from './poll.ts';
import { codeOf, stepsOf } from './steps.ts';

type Asking = Pick<Replicas, 'admin' | 'clientOf' | 'onStop'>;

const SERVICE = 'replicas-api';

/** A service that may read everything under `prod/replicas/`. */
const reader = async (installation: Asking) => {
  const steps = stepsOf(installation);
  const client = await steps.approved(SERVICE);
  await steps.grant(SERVICE, 'prod/replicas/');
  return { steps, client };
};

const WITHIN_MS = 60_000;

test.serial('two replicas on a cluster of three: what one makes the other opens, also when the leader is gone', async (t) => {
  const installation = await startReplicas();
  t.teardown(installation.stop);
  const { cluster, replicas } = installation;
  const { steps, client } = await reader(installation);
  // Each write is in a namespace of its own, with keys that one replica makes; which one answers a read is left to NATS.
  for (let n = 0; n < 8; n += 1) await steps.write(`prod/replicas/${n}/KEY`, `value ${n}`);
  const paths = Array.from({ length: 8 }, (_, n) => `prod/replicas/${n}/KEY`);
  const readAll = async () => (await client.get(paths)).map((secret) => secret.text());
  const values = paths.map((_, n) => `value ${n}`);
  for (const { stop, start } of replicas) {
    t.deepEqual(await readAll(), values);
    await stop();
    t.deepEqual(await readAll(), values);
    await start();
  }
  const leader = await cluster.leaderOf(subjects.stream);
  await cluster.kill9(leader);
  t.deepEqual(await eventually(() => readAll().catch(() => undefined), WITHIN_MS, 'answers after the leader was lost'), values);
  await cluster.restart(leader);
  await cluster.settled();
  await steps.write('prod/replicas/0/KEY', 'newer');
  t.is((await client.get('prod/replicas/0/KEY')).text(), 'newer');
});

test.serial('two replicas in processes of their own, on one server: one is killed, the other goes on', async (t) => {
  const installation = await startReplicaProcesses({ servers: 1 });
  t.teardown(installation.stop);
  const [first, second] = [installation.replicas[0]!, installation.replicas[1]!];
  const { steps, client } = await reader(installation);
  await steps.write('prod/replicas/KEY', 'kept');
  await first.kill9();
  t.is((await client.get('prod/replicas/KEY')).text(), 'kept');
  await first.start();
  second.signal('SIGKILL');
  await second.kill9();
  t.is((await client.get('prod/replicas/KEY')).text(), 'kept');
  t.is((await fetch(`${first.httpUrl()}/readyz`)).status, 200);
  await first.kill9();
  t.is(await codeOf(client.get('prod/replicas/KEY')), 'unavailable');
});
