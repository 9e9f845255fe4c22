/** Where entries are read from: the memory of a process that has folded the log, or the store for one that has not yet. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import type { Type } from 'io-ts';
import type { Unavailable } from '../events/log/log.ts';
import type { Models } from './models.ts';
import type { ProjectionName } from './projection.ts';
import type { Bucket, ViewStore } from './view-store.ts';

/** An entry that nobody's fold can have made: a rebuild mends it. */
export type BadEntry = { readonly _tag: 'bad_entry'; readonly bucket: Bucket; readonly key: string };
export type NotRead = Unavailable | BadEntry;
export type Answer<A> = Promise<Either<NotRead, A>>;
export type Row<A> = { readonly key: string; readonly entry: A };

export type Rows = {
  readonly one: <A>(codec: Type<A, unknown>, bucket: Bucket, key: string) => Answer<A | undefined>;
  /** In the order of keys. `keys`: a pattern as of subjects, `>` unless given; `where` looks at a key before its entry is read. */
  readonly list: <A>(codec: Type<A, unknown>, bucket: ProjectionName | 'checkpoints', wanted?: { readonly keys?: string; readonly where?: (key: string) => boolean }) => Answer<ReadonlyArray<Row<A>>>;
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const decode = <A>(codec: Type<A, unknown>, bucket: Bucket, key: string, text: string): Either<BadEntry, A> => {
  const decoded = codec.decode(parse(text));
  return isLeft(decoded) ? left({ _tag: 'bad_entry', bucket, key }) : decoded;
};

/** What the store holds, whoever wrote it. */
export const storedRows = (store: ViewStore): Rows => ({
  one: async (codec, bucket, key) => {
    const slot = await store.get(bucket, key)();
    if (isLeft(slot)) return slot;
    return slot.right.value === null ? right(undefined) : decode(codec, bucket, key, slot.right.value);
  },
  list: async (codec, bucket, wanted = {}) => {
    const entries = await store.entries(bucket, wanted)();
    if (isLeft(entries)) return entries;
    const found = [];
    for (const { key, value } of entries.right) {
      const decoded = decode(codec, bucket, key, value);
      if (isLeft(decoded)) return decoded;
      found.push({ key, entry: decoded.right });
    }
    return right(found);
  },
});

/** Index of the first key that is not before `from`. */
const firstAt = (keys: ReadonlyArray<string>, from: string): number => {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] ?? '') < from) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** The keys that a pattern covers: of one key, of all under some tokens, or with any first token. Keys are in their order. */
const matching = (keys: ReadonlyArray<string>, pattern: string): ReadonlyArray<string> => {
  if (pattern === '>') return keys;
  if (pattern.startsWith('*.')) return keys.filter((key) => key.endsWith(pattern.slice(1)) && key.indexOf('.') === key.length - pattern.length + 1);
  const under = pattern.endsWith('.>') ? pattern.slice(0, -1) : undefined;
  const from = firstAt(keys, under ?? pattern);
  if (under === undefined) return keys[from] === pattern ? [pattern] : [];
  let to = from;
  while (keys[to]?.startsWith(under) === true) to += 1;
  return keys.slice(from, to);
};

/** What was folded here: newer than the store, and not to be decoded. Checkpoints are in the store alone. */
export const foldedRows = (models: Models, store: ViewStore): Rows => {
  const stored = storedRows(store);
  return {
    one: (codec, bucket, key) => (bucket === 'checkpoints' ? stored.one(codec, bucket, key) : Promise.resolve(right(models.entry({ bucket, key }) as never))),
    list: (codec, bucket, wanted = {}) => {
      if (bucket === 'checkpoints') return stored.list(codec, bucket, wanted);
      const { keys = '>', where = () => true } = wanted;
      const found = matching(models.sorted(bucket), keys).filter(where);
      return Promise.resolve(right(found.map((key) => ({ key, entry: models.entry({ bucket, key }) as never }))));
    },
  };
};
