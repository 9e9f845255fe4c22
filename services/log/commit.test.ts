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
  inParts(Array.from({ length: 40 }, () => answer));
  // All in this turn, before anything comes in.
  await new Promise((resolve) => setImmediate(resolve));
  await Promise.all(written);
  // Three parts, of 16, 16 and 8.
  const part = (size: number): string => 'answered '.repeat(size) + 'written '.repeat(size);
  t.is(`${order.join(' ')} `, part(16) + part(16) + part(8));
});
