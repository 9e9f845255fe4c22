import test from 'ava';
import fc from 'fast-check';
import * as O from 'fp-ts/lib/Option.js';
import * as E from 'fp-ts/lib/Either.js';
import type { LogMessage, LogReader } from '../events/log/log.ts';
import { memoryLog } from '../events/log/memory.ts';
import { readRange, type Gap } from './range.ts';

const message = (seq: number): LogMessage => ({ subject: 's', seq, time: 0, data: new Uint8Array(), mac: '' });

/** A log that has only some sequences, and says how many requests were on their way at once. */
const partial = (has: (seq: number) => boolean): { readonly reader: LogReader; readonly most: () => number } => {
  let open = 0;
  let most = 0;
  const at: LogReader['at'] = (seq) => async () => {
    open += 1;
    most = Math.max(most, open);
    await new Promise((resolve) => setImmediate(resolve));
    open -= 1;
    return E.right(has(seq) ? O.some(message(seq)) : O.none);
  };
  return { reader: { ...memoryLog(), at }, most: () => most };
};

const all = async (range: Parameters<typeof readRange>[0]): Promise<ReadonlyArray<LogMessage | Gap>> => {
  const found: Array<LogMessage | Gap> = [];
  for await (const item of readRange(range)) if (item._tag === 'Right') found.push(item.right);
  return found;
};

const covered = (items: ReadonlyArray<LogMessage | Gap>): ReadonlyArray<number> =>
  items.flatMap((item) => ('_tag' in item ? Array.from({ length: item.to - item.from + 1 }, (_, n) => item.from + n) : [item.seq]));

test('every sequence comes once, in order, as a message or in a gap', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 400 }), fc.integer({ min: 1, max: 20 }), async (has, from) => {
      const { reader, most } = partial((seq) => has[seq - 1] === true);
      const items = await all({ reader, from, to: has.length });
      t.deepEqual(covered(items), Array.from({ length: Math.max(has.length - from + 1, 0) }, (_, n) => from + n));
      t.deepEqual(items.filter((item) => !('_tag' in item)).map((item) => (item as LogMessage).seq), has.flatMap((yes, n) => (yes && n + 1 >= from ? [n + 1] : [])));
      t.true(most() <= 128);
    }),
  );
});

test('many requests are on their way at once', async (t) => {
  const { reader, most } = partial(() => true);
  await all({ reader, from: 1, to: 500 });
  t.is(most(), 128);
});

test('it stops when it is told to, and says of nothing that it is missing', async (t) => {
  const stop = new AbortController();
  const seen: number[] = [];
  for await (const item of readRange({ reader: partial((seq) => seq < 5).reader, from: 1, to: 100, signal: stop.signal })) {
    if (E.isRight(item) && !('_tag' in item.right)) seen.push(item.right.seq);
    if (seen.length === 4) stop.abort();
  }
  t.deepEqual(seen, [1, 2, 3, 4]);
});
