/** Who keeps the store: one at a time, whatever becomes of the lease. */
import test from 'ava';
import { ReplicaId, sure } from '../events/vocabulary.ts';
import { latch } from '../tests/support/latch.ts';
import type { Projector } from './run.ts';
import { orThrow } from '../tests/support/or-throw.ts';
import { storedAfter, storedIn } from '../tests/support/stored.ts';
import type { ViewStore } from './view-store.ts';
import { given, LIMIT, NEVER, start } from '../tests/support/projectors.ts';

test('one writes, the other stands by and goes on when the first has ended', async (t) => {
  const { history, store } = given();
  const first = await start(history, store);
  t.true(await first.waitFor(history.fold.applied(), LIMIT));
  const second = await start(history, store, { replica: sure(ReplicaId, 'r2'), pace: { ...NEVER, renewMs: 20 } });
  t.true(await second.waitFor(history.write('billing/OTHER').seq, LIMIT));
  t.like(orThrow(await second.status()), { role: 'standby', holder: 'r1' });
  t.deepEqual(await second.rebuild(), { _tag: 'Left', left: { _tag: 'standby', holder: sure(ReplicaId, 'r1') } });
  await first.close();
  t.true(await second.waitFor(history.write('billing/THIRD').seq, LIMIT));
  t.like(orThrow(await second.status()), { role: 'projector', holder: 'r2' });
  t.deepEqual(await storedIn(store), storedAfter(history));
  await second.close();
});

test('who lost the lease while it was held up writes nothing any more', async (t) => {
  const { history, store } = given();
  let time = 0;
  const now = () => time;
  const [entered, gate] = [latch(LIMIT, 'a write to begin'), latch(LIMIT)];
  let isSlow = false;
  const put: ViewStore['put'] = (bucket, ...rest) => async () => {
    if (isSlow && bucket === 'catalog') {
      entered.open();
      await gate.opened();
    }
    return store.put(bucket, ...rest)();
  };
  const pace = { ...NEVER, leaseMs: 1000 };
  const first = await start(history, { ...store, put }, { now, pace });
  t.true(await first.waitFor(history.fold.applied(), LIMIT));
  isSlow = true;
  history.write('billing/stripe/KEY');
  await entered.opened();
  const second = await start(history, store, { now, replica: sure(ReplicaId, 'r2'), pace: { ...pace, renewMs: 5 } });
  t.like(orThrow(await second.status()), { role: 'standby', holder: 'r1' });
  time = 1000;
  t.true(await second.waitFor(history.write('billing/stripe/KEY').seq, LIMIT));
  const newest = await storedIn(store);
  t.deepEqual(newest, storedAfter(history));
  gate.open();
  t.like(await first.verify(), { _tag: 'Left', left: { _tag: 'standby', holder: 'r2' } });
  t.deepEqual(await storedIn(store), newest);
  await first.close();
  t.like(orThrow(await second.status()), { role: 'projector', holder: 'r2' });
  await second.close();
});

/** The lease, and an entry that is written next, as somebody leaves them who may write to the store. */
const ruin = async (store: ViewStore): Promise<void> => {
  for (const [bucket, key] of [['checkpoints', 'projector'], ['usage', 'invoicer.billing.stripe.KEY']] as const) {
    const { revision } = orThrow(await store.get(bucket, key)());
    orThrow(await store.put(bucket, key, '{"forged":true}', revision)());
  }
};

for (const [what, see] of [
  ['a write', (projector) => projector.status()],
  ['a comparison', (projector) => projector.verify()],
] satisfies ReadonlyArray<readonly [string, (projector: Projector) => Promise<unknown>]>)
  test(`a lease that somebody ruined is taken again, also where ${what} comes upon it first`, async (t) => {
    const { history, attempt, store } = given();
    const projector = await start(history, store, { pace: { ...NEVER, renewMs: 20 } });
    t.true(await projector.waitFor(history.fold.applied(), LIMIT));
    history.read(attempt);
    await ruin(store);
    await see(projector);
    t.true(await projector.waitFor(history.write('billing/OTHER').seq, LIMIT));
    t.deepEqual(await storedIn(store), storedAfter(history));
    await projector.close();
  });
