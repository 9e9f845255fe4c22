import test from 'ava';
import { latch, until } from './latch.ts';

test('a latch lets through those who came before and after it opened', async (t) => {
  const gate = latch<number>(10_000);
  const before = gate.opened();
  gate.open(1);
  gate.open(2);
  t.deepEqual(await Promise.all([before, gate.opened()]), [1, 1]);
});

test('a wait that is over says what it was for', async (t) => {
  await t.throwsAsync(latch(1, 'the bus').opened(), { message: 'waited 1 ms for the bus' });
  await t.throwsAsync(until(new Promise(() => undefined), 1, 'the train'), { message: 'waited 1 ms for the train' });
});

test('a failure that is waited for is passed on', async (t) => {
  await t.throwsAsync(until(Promise.reject(new Error('derailed')), 10_000, 'the train'), { message: 'derailed' });
});
