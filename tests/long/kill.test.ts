/** `kill -9` of a replica, of nats-server and of a cluster's leader, under load: what was delivered is in the log, what was acknowledged is not lost, and answers come again by themselves. */
import test, { type ExecutionContext } from 'ava';
import type { NatsConnection } from 'nats';
import { newTokenIdentity } from '../../client/credential.ts';
import { createSecretsClient } from '../../client/mod.ts';
import { subjects } from '../support/clients.ts';
import { until } from '../support/latch.ts';
import { startLoad, type Told } from '../support/load.ts';
import { answersAgain, summary } from '../support/load-progress.ts';
import { settled } from '../support/manual-time.ts';
import { eventually } from '../support/poll.ts';
import { heldAgainstLog } from '../support/recorded.ts';
import { startReplicaProcesses, type ReplicaProcesses } from '../support/replica-processes.ts';
import type { ReplicasOptions } from '../support/replicas.ts';
import { inLongForm, scaled } from '../support/scale.ts';
import { codeOf, serviceOf, stepsOf } from '../support/steps.ts';

const READERS = 6;
/** Short, so that somebody always asks anew. */
const ANSWER_MS = 1_000;
const LOST_MS = 10_000;
const READY_MS = 60_000;
/** A client tries for ten seconds, and may have begun to ask for the service's keys, which takes five at most, just before they are over. */
const CLIENT_MS = 20_000;
const WATCHERS = 16;
/** Far below the time after which a question is asked anew in any case: a notice makes whoever has no answer ask again. */
const WATCHED_MS = 8_000;

const disconnected = async (nc: NatsConnection): Promise<void> => {
  for await (const { type } of nc.status()) if (type === 'disconnect') return;
};

const isReady = async (url: string): Promise<boolean> => (await fetch(`${url}/readyz`).catch(() => undefined))?.status === 200;
const allReady = ({ replicas }: ReplicaProcesses): Promise<true> =>
  eventually(async () => ((await Promise.all(replicas.map(({ httpUrl }) => isReady(httpUrl())))).every((ready) => ready) ? true : undefined), READY_MS, 'all replicas to be ready');

type Under = { readonly t: ExecutionContext; readonly installation: ReplicaProcesses; readonly told: ReadonlyArray<Told> };
/** One fault, from its beginning until all is well again; settles with the milliseconds without an answer that count. */
type Fault = (under: Under, round: number) => Promise<number>;

const underLoad = async (t: ExecutionContext, options: ReplicasOptions, rounds: number, fault: Fault): Promise<void> => {
  const installation = await startReplicaProcesses(options);
  t.teardown(installation.stop);
  const load = await startLoad(installation, { readers: READERS, answerMs: ANSWER_MS });
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await answersAgain(load.told, 30);
    times.push(await fault({ t, installation, told: load.told }, round));
    await allReady(installation);
  }
  await answersAgain(load.told, 30);
  await load.stop();
  const { values, writes, unrecorded, lost } = await heldAgainstLog(installation, load.told);
  const unanswered = load.told.length - values - writes;
  t.log(`${rounds} times; answers again after ${summary(times)} (least / middle / greatest); ${values} values, ${writes} writes, ${unanswered} without`);
  t.true(values > 0 && writes > 0);
  t.deepEqual([unrecorded, lost], [[], []]);
};

test.serial('nats-server is killed: unavailable until it is back, then answers again', (t) =>
  underLoad(t, { servers: 1 }, scaled(1, 50), async ({ installation, told }) => {
    const { cluster } = installation;
    const nc = await installation.connection();
    const client = await installation.clientOf('kill-api', newTokenIdentity(serviceOf('kill-api')));
    const lost = until(disconnected(nc), LOST_MS, 'the connection to be lost');
    await cluster.kill9(0);
    await lost;
    await settled();
    const before = told.length;
    t.is(await until(codeOf(client.get('prod/load/READ')), CLIENT_MS, 'the client to give up'), 'unavailable');
    t.deepEqual(told.slice(before).filter(({ outcome }) => outcome !== 'no answer'), []);
    await cluster.restart(0);
    const took = await answersAgain(told);
    await Promise.all([client.close(), nc.close()]);
    return took;
  }),
);

test.serial('a replica is killed: those who had their open questions there have the next rotation from the other one', async (t) => {
  const installation = await startReplicaProcesses({ servers: 1 });
  t.teardown(installation.stop);
  const { replicas, identity: { servicePublicKey }, cluster } = installation;
  const [steps, identity] = [stepsOf(installation), newTokenIdentity(serviceOf('watchers'))];
  if (identity.kind !== 'token') throw new Error('a token was made');
  await steps.approved('watchers', identity);
  await steps.grant('watchers', 'prod/kill/');
  let version = 0;
  const write = (): Promise<unknown> => eventually(() => steps.write('prod/kill/KEY', `value ${version + 1}`).then(() => (version += 1), () => undefined), READY_MS, 'a write');
  await write();
  const options = { namespace: 'prod/kill', nats: { servers: [...cluster.urls] }, identity: { service: 'watchers', token: identity.token.reveal() }, servicePublicKey, onError: () => undefined };
  const seen = Array.from({ length: WATCHERS }, () => [] as number[]);
  const all = (last: number) => eventually(() => seen.every((versions) => versions.at(-1) === last) || undefined, WATCHED_MS, `version ${last} everywhere`);
  const programs = seen.map(() => createSecretsClient({ KEY: 'is rotated' }, options));
  t.teardown(() => Promise.all(programs.map((secrets) => secrets.close())));
  for (const [n, secrets] of programs.entries()) {
    await secrets.getSecret('KEY');
    secrets.onChange('KEY', (_, change) => seen[n]!.push(change.version));
  }
  const times: number[] = [];
  for (let round = 0; round < scaled(2, 50); round += 1) {
    // While one of them starts again everybody waits at the other one, which is killed next: in the midst of a rotation, or before it.
    const replica = replicas[round % replicas.length]!;
    if (round % 2 === 1) await replica.kill9();
    await write();
    const written = performance.now();
    if (round % 2 === 0) await replica.kill9();
    await all(version);
    times.push(performance.now() - written);
    await replica.start();
    await allReady(installation);
  }
  t.log(`${times.length} kills: told after ${summary(times)} (least / middle / greatest)`);
  for (const versions of seen) t.deepEqual(versions, [...new Set(versions)].sort((a, b) => a - b));
});

inLongForm(() => {
  test.serial('a replica is killed: the other one answers, and it is back when it was started again', (t) =>
    underLoad(t, { servers: 1 }, scaled(1, 50), async ({ installation, told }, round) => {
      const { replicas } = installation;
      const replica = replicas[round % replicas.length]!;
      await replica.kill9();
      const took = await answersAgain(told, 30);
      await replica.start();
      return took;
    }),
  );
});

inLongForm(() => {
  test.serial("a cluster's leader is killed: the others go on without what it acknowledged being lost", (t) =>
    underLoad(t, { servers: 3 }, scaled(1, 50), async ({ installation, told }) => {
      const { cluster } = installation;
      const leader = await cluster.leaderOf(subjects.stream);
      await cluster.kill9(leader);
      const took = await answersAgain(told);
      await cluster.restart(leader);
      await cluster.settled();
      return took;
    }),
  );
});
