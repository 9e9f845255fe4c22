import test from 'ava';
import { left } from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { newHistory } from '../tests/support/history.ts';
import { latch, until } from '../tests/support/latch.ts';
import { memoryStore } from './memory-store.ts';
import { orThrow } from '../tests/support/or-throw.ts';
import { storedAfter, storedIn } from '../tests/support/stored.ts';
import type { ViewStore } from './view-store.ts';
import { given, LIMIT, NEVER, PATH, start } from '../tests/support/projectors.ts';

test('brings an empty store to the head, then keeps up', async (t) => {
  const { history, store } = given();
  const projector = await start(history, store);
  t.true(await projector.waitFor(history.fold.applied(), LIMIT));
  t.deepEqual(await storedIn(store), storedAfter(history));
  const { seq } = history.write('billing/OTHER');
  t.true(await projector.waitFor(seq, LIMIT));
  t.deepEqual(await storedIn(store), storedAfter(history));
  await projector.close();
});

test('an empty log is nothing to wait for', async (t) => {
  const history = newHistory({ begun: false });
  const projector = await start(history, memoryStore());
  t.true(await projector.waitFor(0, LIMIT));
  await projector.close();
});

test('waiting for what is not there yet lets it come', async (t) => {
  const { history, store } = given();
  const projector = await start(history, store);
  t.true(await projector.waitFor(history.fold.applied(), LIMIT));
  const waiting = projector.waitFor(history.fold.applied() + 1, LIMIT);
  await new Promise(setImmediate);
  history.write('billing/OTHER');
  t.true(await waiting);
  await projector.close();
});

test('mends a store that holds something else', async (t) => {
  const { history, store } = given();
  await store.put('catalog', 'billing.stripe.KEY', '{"path":"billing/stripe/KEY"}', 0)();
  await store.put('inbox', 'missing.nothing.KEY', 'not even JSON', 0)();
  const projector = await start(history, store);
  t.true(await projector.waitFor(history.fold.applied(), LIMIT));
  t.deepEqual(await storedIn(store), storedAfter(history));
  await projector.close();
});

test('cards that come and go leave nothing behind', async (t) => {
  const { history, store } = given();
  const projector = await start(history, store);
  t.true(await projector.waitFor(history.fold.applied(), LIMIT));
  for (let round = 0; round < 2; round += 1) {
    t.true(await projector.waitFor(history.replica('secret.stub', { path: 'a/B', service: 'x', description: null, read: 1 }).seq, LIMIT));
    t.true((await storedIn(store))['inbox missing.a.B'] !== undefined);
    t.true(await projector.waitFor(history.admin('secret.delete', { path: 'a/B' }).seq, LIMIT));
    t.deepEqual(await storedIn(store), storedAfter(history));
  }
  await projector.close();
});

test('counts of reads are written by the clock and at the end, everything else at once', async (t) => {
  const { history, attempt, store } = given();
  const projector = await start(history, store);
  t.true(await projector.waitFor(history.fold.applied(), LIMIT));
  history.read(attempt);
  t.true(await projector.waitFor(history.write('billing/OTHER').seq, LIMIT));
  t.like(JSON.parse((await storedIn(store))['usage invoicer.billing.stripe.KEY'] ?? ''), { allowed: 2 });
  await projector.close();
  t.like(JSON.parse((await storedIn(store))['usage invoicer.billing.stripe.KEY'] ?? ''), { allowed: 3 });
});

test('a timer writes counts', async (t) => {
  const { history, attempt, store } = given();
  const counted = latch(LIMIT, 'the count to be written');
  const isNew = (bucket: string, value: string) => bucket === 'usage' && value.includes('"allowed":3');
  const put: ViewStore['put'] = (bucket, key, value, revision) => TE.map((done: number) => (isNew(bucket, value) && counted.open(), done))(store.put(bucket, key, value, revision));
  const projector = await start(history, { ...store, put }, { pace: { ...NEVER, usageMs: 10 } });
  t.true(await projector.waitFor(history.fold.applied(), LIMIT));
  history.read(attempt);
  await t.notThrowsAsync(counted.opened());
  await projector.close();
});

test('rebuilt and live are the same bytes, also of paths asked for at random, and the rebuilt one goes on', async (t) => {
  const { history, attempt, store } = given();
  const projector = await start(history, store);
  t.true(await projector.waitFor(history.fold.applied(), LIMIT));
  history.read(...Array.from({ length: 1000 }, (_, n) => ({ ...attempt, paths: [`random/${n % 7}/P${n}`] })));
  history.write('billing/OTHER');
  t.deepEqual(orThrow(await projector.verify()), { identical: true, compared: Object.keys(storedAfter(history)).length, different: 0, differing: [] });
  const events = history.fold.applied();
  t.deepEqual(orThrow(await projector.rebuild()), { identical: true, entries: Object.keys(storedAfter(history)).length, events });
  t.true(await projector.waitFor(history.write('billing/THIRD').seq, LIMIT));
  t.deepEqual(await storedIn(store), storedAfter(history));
  await projector.close();
});

test('verify names what is wrong and leaves it, rebuild mends it', async (t) => {
  const { history, store } = given();
  const projector = await start(history, store);
  t.true(await projector.waitFor(history.fold.applied(), LIMIT));
  const { revision } = orThrow(await store.get('access', 'invoicer.billing.=')());
  await store.put('access', 'invoicer.billing.=', '{}', revision)();
  await store.put('services', 'stranger', '{}', 0)();
  const differing = ['services stranger', 'access invoicer.billing.='];
  t.like(orThrow(await projector.verify()), { identical: false, different: 2, differing });
  for (let n = 0; n < 120; n += 1) await store.put('services', `stranger-${n}`, '{}', 0)();
  const many = orThrow(await projector.verify());
  t.deepEqual([many.different, many.differing.length], [122, 100]);
  t.is(orThrow(await store.get('access', 'invoicer.billing.=')()).value, '{}');
  t.like(orThrow(await projector.rebuild()), { identical: false });
  t.deepEqual(await storedIn(store), storedAfter(history));
  t.like(orThrow(await projector.verify()), { identical: true });
  await projector.close();
});

test('checkpoints say how far, how many and which bytes', async (t) => {
  const { history, store } = given();
  const projector = await start(history, store);
  t.true(await projector.waitFor(history.fold.applied(), LIMIT));
  const status = orThrow(await projector.status());
  t.like(status, { role: 'projector', holder: 'r1', head: history.fold.applied() });
  const { items } = status;
  t.deepEqual(items.map(({ projection, entries }) => [projection, entries]), [['access', 1], ['audit', 0], ['catalog', 2], ['inbox', 0], ['rollout', 0], ['services', 1], ['usage', 1]]);
  history.write('billing/OTHER');
  const later = orThrow(await projector.status()).items;
  t.deepEqual(later.map(({ seq }) => seq), items.map(() => history.fold.applied()));
  t.deepEqual(later.flatMap(({ projection, digest }, i) => (digest === items[i]?.digest ? [] : [projection])), ['catalog']);
  await projector.close();
});

test('who stops does not wait for a log that is being read again, and may never be read to its end', async (t) => {
  const { history, store } = given();
  const begun = latch(LIMIT, 'the second reading');
  let readings = 0;
  const follow: typeof history.log.follow = (wanted) => ((readings += 1) === 1 ? history.log.follow(wanted) : (begun.open(), Promise.resolve({ close: () => Promise.resolve() })));
  const projector = await start(history, store, { log: { ...history.log, follow } });
  t.true(await projector.waitFor(history.fold.applied(), LIMIT));
  const verifying = projector.verify();
  await begun.opened();
  await until(projector.close(), LIMIT, 'it to stop');
  t.deepEqual(await verifying, left({ _tag: 'stopped', why: null }));
});

test('a message after which nothing can be judged stops it, and is told', async (t) => {
  const { history, store } = given();
  const told = latch<unknown>(LIMIT, 'the failure');
  const projector = await start(history, store, { onFailure: told.open });
  const before = storedAfter(history);
  t.true(await projector.waitFor(history.fold.applied(), LIMIT));
  const draft = history.draft.admin('secret.disable', { path: PATH });
  const { seq } = history.append({ ...draft, record: { ...draft.record, head: { seq: 1, hash: history.fold.head().hash } } } as never);
  t.deepEqual(await told.opened(), { _tag: 'halted', why: 'history changed', seq });
  t.false(await projector.waitFor(seq, LIMIT));
  t.like(await projector.verify(), { _tag: 'Left', left: { _tag: 'stopped', why: { seq } } });
  await projector.close();
  t.deepEqual(await storedIn(store), before);
});

test('a log key that is named but not there stops it; one that nobody names is a stranger', async (t) => {
  const { history, store } = given();
  const told = latch<unknown>(LIMIT, 'the failure');
  const projector = await start(history, store, { loadKey: async () => false, onFailure: (failure) => told.open(failure) });
  t.like(await told.opened(), { _tag: 'log_key', seq: 2 });
  await projector.close();

  const other = newHistory({ begun: false });
  other.publish({ subject: other.subjects.state.keyring, data: new Uint8Array(), mac: 'AAAAAAAAAAAAAAAAAAAAAA.AAAA' });
  other.begin();
  const asked: string[] = [];
  const kept = memoryStore();
  const patient = await start(other, kept, { loadKey: async (key) => (asked.push(key), asked.length > 1) });
  t.true(await patient.waitFor(other.write(PATH).seq, LIMIT));
  t.deepEqual(await storedIn(kept), storedAfter(other));
  t.is(asked.length, 2);
  await patient.close();
});

test('a store that cannot be reached is told once, and what was not written is written later', async (t) => {
  const { history, store } = given();
  let isDown = false;
  const failures: unknown[] = [];
  const told = latch(LIMIT, 'the failure');
  const down = { _tag: 'unavailable', stored: 'unknown', why: 'no answer' } as const;
  const put: ViewStore['put'] = (...args) => async () => (isDown ? TE.left(down)() : store.put(...args)());
  const onFailure = (failure: unknown) => (failures.push(failure), told.open());
  const projector = await start(history, { ...store, put }, { onFailure, pace: { ...NEVER, renewMs: 10 } });
  t.true(await projector.waitFor(history.fold.applied(), LIMIT));
  t.like(orThrow(await projector.status()), { role: 'projector' });
  isDown = true;
  const { seq } = history.write('billing/OTHER');
  await told.opened();
  t.false(await projector.waitFor(seq, 50));
  isDown = false;
  t.true(await projector.waitFor(seq, LIMIT));
  t.deepEqual(failures, [down]);
  t.deepEqual(await storedIn(store), storedAfter(history));
  await projector.close();
});
