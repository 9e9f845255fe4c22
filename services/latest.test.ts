import test from 'ava';
import { latest } from './latest.ts';

test('what was used last stays, and no more than so many', (t) => {
  const kept = latest<number>(3);
  for (const name of ['a', 'b', 'c']) kept.set(name, 1);
  kept.get('a');
  kept.set('d', 1);
  kept.set('d', 2);
  t.deepEqual([...kept.entries()].sort(), [['a', 1], ['c', 1], ['d', 2]]);
});
