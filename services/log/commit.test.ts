/** When reads leave, and how their answers are given. */
import test from 'ava';
import { left } from 'fp-ts/lib/Either.js';
import { inParts, makeCommits } from './commit.ts';

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

const attempt = { paths: ['a/b'] } as never;

/** What happens when so many reads came: writing a record, which fails here, and the next turn of the event loop. */
const orderOf = async (isToLeave: boolean): Promise<ReadonlyArray<string>> => {
  const order: string[] = [];
  const mayWrite = (): boolean => {
    order.push('a record');
    return false;
  };
  const replica = { subjects: { read: () => 'own' }, fold: { previous: () => 0 }, log: { last: () => async () => left('none') }, mayWrite };
  const commits = makeCommits(replica as never);
  const turn = new Promise<void>((resolve) => setImmediate(() => resolve(void order.push('the next turn'))));
  const reads = [commits.read(attempt), commits.read(attempt)];
  if (isToLeave) commits.leave();
  await Promise.all([...reads, turn]);
  return order;
};

test('reads wait for what the connections bring, unless they are to leave', async (t) => {
  t.deepEqual(await orderOf(false), ['the next turn', 'a record']);
  t.deepEqual(await orderOf(true), ['a record', 'the next turn']);
});
