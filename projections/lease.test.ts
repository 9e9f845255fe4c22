import test from 'ava';
import { ReplicaId, sure } from '../events/vocabulary.ts';
import { makeLease } from './lease.ts';
import { memoryStore } from './memory-store.ts';

const right = <A>(_tag: A) => ({ _tag: 'Right', right: _tag }) as const;

const given = () => {
  const clock = { time: 100_000 };
  const store = memoryStore();
  const leaseOf = (name: string, ahead = 0) =>
    makeLease({ store, replica: sure(ReplicaId, name), leaseMs: 1000, now: () => clock.time + ahead });
  return { clock, store, leaseOf };
};

test('one has it, and keeps it by renewing it', async (t) => {
  const { clock, leaseOf } = given();
  const [one, two] = [leaseOf('one'), leaseOf('two')];
  t.deepEqual(await one.keep(), right('taken'));
  for (let i = 0; i < 5; i += 1) {
    t.deepEqual(await two.keep(), right('others'));
    clock.time += 900;
    t.deepEqual(await one.keep(), right('renewed'));
  }
  t.true(one.isHeld());
  t.false(two.isHeld());
  t.is(two.holder(), 'one' as ReplicaId);
});

test('what was not renewed for its whole length goes to another, and then is not renewed any more', async (t) => {
  const { clock, leaseOf } = given();
  const [one, two] = [leaseOf('one'), leaseOf('two')];
  await one.keep();
  await two.keep();
  clock.time += 1000;
  t.false(one.isHeld());
  t.deepEqual(await two.keep(), right('taken'));
  t.deepEqual(await one.keep(), right('others'));
  t.is(one.holder(), 'two' as ReplicaId);
});

test('of a clock that was set back nobody waits until it is there again', async (t) => {
  const { clock, leaseOf } = given();
  const [one, two] = [leaseOf('one'), leaseOf('two')];
  await one.keep();
  await two.keep();
  clock.time -= 50_000;
  t.deepEqual(await two.keep(), right('others'));
  clock.time += 1000;
  t.deepEqual(await two.keep(), right('taken'));
});

test('a clock that is ahead takes nothing that is renewed', async (t) => {
  const { clock, leaseOf } = given();
  const [one, fast] = [leaseOf('one'), leaseOf('fast', 9000)];
  await one.keep();
  for (let i = 0; i < 3; i += 1) {
    t.deepEqual(await fast.keep(), right('others'));
    clock.time += 500;
    await one.keep();
  }
});

test('what was released, ended long ago or is no lease is free at once', async (t) => {
  const { clock, store, leaseOf } = given();
  const one = leaseOf('one');
  await one.keep();
  await one.release();
  t.false(one.isHeld());
  t.deepEqual(await leaseOf('two').keep(), right('taken'));
  clock.time += 11_001;
  t.deepEqual(await leaseOf('three').keep(), right('taken'));
  const { right: slot } = (await store.get('checkpoints', 'projector')()) as { right: { revision: number } };
  await store.put('checkpoints', 'projector', 'not a lease', slot.revision)();
  t.deepEqual(await leaseOf('four').keep(), right('taken'));
});

test('of two that take it at the same time one gets it; asking twice at once does no harm', async (t) => {
  const { leaseOf } = given();
  const [one, two] = [leaseOf('one'), leaseOf('two')];
  const results = await Promise.all([one.keep(), one.keep(), two.keep()]);
  t.deepEqual(results, [right('taken'), right('renewed'), right('others')]);
});

test('who lost it cannot release it', async (t) => {
  const { clock, leaseOf } = given();
  const [one, two] = [leaseOf('one'), leaseOf('two')];
  await one.keep();
  await two.keep();
  clock.time += 1000;
  await two.keep();
  clock.time -= 500;
  await one.release();
  t.deepEqual(await two.keep(), right('renewed'));
});

test('who finds its own name, but not its own last word, took it anew', async (t) => {
  const { clock, store, leaseOf } = given();
  const one = leaseOf('one');
  await one.keep();
  const held = JSON.stringify({ holder: 'one', until: clock.time });
  const { right: slot } = (await store.get('checkpoints', 'projector')()) as { right: { revision: number } };
  await store.put('checkpoints', 'projector', held, slot.revision)();
  t.deepEqual(await one.keep(), right('taken'));
});
