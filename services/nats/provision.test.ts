import test from 'ava';
import type { ExecutionContext } from 'ava';
import * as E from 'fp-ts/lib/Either.js';
import { jetstreamManager } from '@nats-io/jetstream';
import type { JetStreamManager, StreamConfig } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import type { NatsConnection } from 'nats';
import { connect } from 'nats';
import { subjectsUnder } from '../../events/subjects.ts';
import { startNats } from '../../tests/support/nats.ts';
import { checkStream, provision } from './provision.ts';
import { clockDistance, versionTooOld } from './server-check.ts';
import { bucketConfig, differences, logConfig } from './stream-config.ts';

const nats = await startNats();
test.after.always(() => nats.stop());

let prefixes = 0;
/** Subjects of its own for each test, on one server. */
const setting = async (t: ExecutionContext) => {
  const nc: NatsConnection = await connect({ servers: nats.url });
  t.teardown(() => nc.close());
  const subjects = subjectsUnder(`test${(prefixes += 1)}`);
  const manager: JetStreamManager = await jetstreamManager(nc);
  return { nc, subjects, manager };
};

const REPLICAS = { replicas: 1 } as const;

test('what is missing is made, once, and is as it must be', async (t) => {
  const { nc, subjects, manager } = await setting(t);
  const first = await provision(nc, subjects, REPLICAS)();
  t.like(first, { right: { replicas: 1, version: nc.info?.version } });
  t.is(E.isRight(first) ? first.right.made.length : 0, 10);
  const again = await provision(nc, subjects, REPLICAS)();
  t.deepEqual(again, E.map((provisioned: object) => ({ ...provisioned, made: [], clockMs: E.isRight(again) ? again.right.clockMs : 0 }))(first) as typeof again);
  t.deepEqual(E.isRight(await checkStream(nc, subjects)()), true);
  const { config } = await manager.streams.info(subjects.stream);
  t.like(config, { subjects: [subjects.all], storage: 'file', discard: 'new', deny_delete: true, deny_purge: true, allow_direct: false });
});

test('two that provision at once make it together', async (t) => {
  const { nc, subjects } = await setting(t);
  const both = await Promise.all([provision(nc, subjects, REPLICAS)(), provision(nc, subjects, REPLICAS)()]);
  t.true(both.every(E.isRight), JSON.stringify(both));
});

test('only what is missing is made again, and nothing in the log is touched', async (t) => {
  const { nc, subjects, manager } = await setting(t);
  await provision(nc, subjects, REPLICAS)();
  await nc.request(`${subjects.prefix}.events.state.keyring`, 'x');
  await manager.streams.delete(`KV_${subjects.bucket('usage')}`);
  t.like(await checkStream(nc, subjects)(), { left: { why: `KV_${subjects.bucket('usage')}: not there`, hint: 'make what is missing with: jetlock init' } });
  t.like(await provision(nc, subjects, REPLICAS)(), { right: { made: [`KV_${subjects.bucket('usage')}`] } });
  t.is((await manager.streams.info(subjects.stream)).state.messages, 1);
});

test('a bucket keeps one value of a key, and nothing of one that was purged', async (t) => {
  const { nc, subjects, manager } = await setting(t);
  await provision(nc, subjects, REPLICAS)();
  const kv = await new Kvm(nc).open(subjects.bucket('keys'));
  await kv.put('a', 'one');
  await kv.put('a', 'two');
  t.is((await kv.get('a'))?.string(), 'two');
  await kv.purge('a');
  t.is((await kv.get('a'))?.operation, 'PURGE');
  t.is((await manager.streams.info(`KV_${subjects.bucket('keys')}`)).state.messages, 1);
});

const wrong: Readonly<Record<string, readonly [Partial<StreamConfig>, string, string]>> = {
  'its messages can be purged': [{ deny_purge: false }, 'deny_purge is false and must be true', '--deny-purge'],
  'its messages can be deleted': [{ deny_delete: false }, 'deny_delete is false and must be true', '--deny-delete'],
  'messages expire': [{ max_age: 60_000_000_000 * 5 }, 'max_age is 300000000000 and must be 0', '--max-age=0'],
  'old messages give way': [{ discard: 'old' }, 'discard is "old" and must be "new"', '--discard=new'],
  'replicas that are behind may answer': [{ allow_direct: true }, 'allow_direct is true and must be false', '--no-allow-direct'],
  'it is in memory': [{ storage: 'memory' }, 'storage is "memory" and must be "file"', 'back up'],
  'it holds other subjects': [{ subjects: ['other.>'] }, 'subjects is ["other.>"]', '--subjects='],
  'a subject keeps few': [{ max_msgs_per_subject: 5 }, 'max_msgs_per_subject is 5 and must be -1', '--max-msgs-per-subject=-1'],
};

for (const [what, [change, why, mend]] of Object.entries(wrong))
  test(`refused, with what to do, when ${what}`, async (t) => {
    const { nc, subjects, manager } = await setting(t);
    const subject = change.subjects === undefined ? {} : { subjects: [`${subjects.prefix}.other.>`] };
    await manager.streams.add({ ...logConfig(subjects, 1), ...change, ...subject });
    const result = await provision(nc, subjects, REPLICAS)();
    if (E.isRight(result)) return t.fail('not refused');
    t.true(result.left.why.startsWith(`${subjects.stream}: `));
    t.true(result.left.why.includes(why.replace('other.>', `${subjects.prefix}.other.>`)), result.left.why);
    t.true(result.left.hint.includes(mend), result.left.hint);
    t.is(result.left.differences.length, 1);
    return t.is(result.left.differences[0]?.stream, subjects.stream);
  });

test('a bucket that is not as it must be is refused like the stream', async (t) => {
  const { nc, subjects, manager } = await setting(t);
  const bucket = subjects.bucket('keys');
  await manager.streams.add({ ...bucketConfig(bucket, 1), max_msgs_per_subject: 10, allow_direct: true });
  const result = await provision(nc, subjects, REPLICAS)();
  const found = E.isLeft(result) ? result.left.differences : [];
  t.deepEqual(found.map(({ field }) => field).sort(), ['allow_direct', 'max_msgs_per_subject']);
  t.true(found.every(({ stream }) => stream === `KV_${bucket}`));
});

test('every dangerous field of a stream counts, and what is left out is off', (t) => {
  const config = logConfig(subjectsUnder('secrets'), 1);
  const found = { ...config, max_age: 0, max_msgs_per_subject: -1, max_msg_size: -1 };
  t.deepEqual(differences(found, config), []);
  t.deepEqual(differences({ ...found, allow_rollup_hdrs: undefined as never, sealed: false }, config), []);
  for (const change of [{ sealed: true }, { no_ack: true }, { mirror: { name: 'x' } }, { sources: [{ name: 'x' }] }, { allow_msg_ttl: true }, { allow_rollup_hdrs: true }, { num_replicas: 3 }])
    t.deepEqual(differences({ ...found, ...change }, config).map(({ field }) => field), Object.keys(change));
});

test('without JetStream, and without an answer, the failure says so and may pass', async (t) => {
  const { nc, subjects } = await setting(t);
  await nc.close();
  t.like(await checkStream(nc, subjects)(), { left: { _tag: 'provision', retryable: true } });
});

test('versions that can lose what they have are too old', (t) => {
  const cases: ReadonlyArray<readonly [string, number, boolean]> = [
    ['2.9.10', 1, false],
    ['2.10.22', 1, false],
    ['2.10.23', 1, true],
    ['2.12.3', 1, true],
    ['2.15.0-dev', 1, true],
    ['3.0.0', 1, true],
    ['2.10.29', 3, false],
    ['2.11.17', 3, false],
    ['2.12.13', 3, false],
    ['2.12.14', 3, true],
    ['2.14.3', 3, false],
    ['2.14.4', 3, true],
    ['2.15.0', 3, true],
    ['3.0.1', 3, true],
  ];
  for (const [version, replicas, fit] of cases) t.is(versionTooOld(version, replicas) === undefined, fit, `${version} with ${replicas}`);
});

test('the distance of two clocks is what an answer’s way cannot explain', (t) => {
  t.is(clockDistance(100, 150, 200), 0);
  t.is(clockDistance(100, 12_200, 200), 12_000);
  t.is(clockDistance(20_100, 100, 20_200), -20_000);
});
