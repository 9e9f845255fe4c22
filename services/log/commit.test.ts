/** Answers in parts: what follows from one part is done before the next one. */
import test from 'ava';
import { inParts } from './commit.ts';

test('what follows from the first answers comes before the last are given', async (t) => {
  const order: string[] = [];
  const written: Array<Promise<unknown>> = [];
  const answer = () => {
    order.push('answered');
    written.push(Promise.resolve().then(() => undefined).then(() => order.push('written')));
  };
  inParts(Array.from({ length: 80 }, () => answer));
  // All in this turn, before anything comes in.
  await new Promise((resolve) => setImmediate(resolve));
  await Promise.all(written);
  // Three parts, of 32, 32 and 16.
  const part = (size: number): string => 'answered '.repeat(size) + 'written '.repeat(size);
  t.is(`${order.join(' ')} `, part(32) + part(32) + part(16));
});
