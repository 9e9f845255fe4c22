/** Read models in memory, for tests. */
import * as TE from 'fp-ts/lib/TaskEither.js';
import { covers } from '../events/log/filter.ts';
import type { Bucket, Slot, ViewStore } from './view-store.ts';

const nothing: Slot = { value: null, revision: 0 };

export const memoryStore = (): ViewStore => {
  const buckets = new Map<Bucket, Map<string, Slot>>();
  let revisions = 0;
  const slots = (bucket: Bucket): Map<string, Slot> => {
    const known = buckets.get(bucket) ?? new Map<string, Slot>();
    buckets.set(bucket, known);
    return known;
  };
  const change = (bucket: Bucket, key: string, value: string | null, revision: number) => {
    const known = slots(bucket).get(key) ?? nothing;
    if (known.revision !== revision || (value === null && revision < 1)) return TE.left({ _tag: 'conflict' } as const);
    slots(bucket).set(key, { value, revision: (revisions += 1) });
    return TE.right(revisions);
  };
  return {
    get: (bucket, key) => TE.fromIO(() => slots(bucket).get(key) ?? nothing),
    put: (bucket, key, value, revision) => () => change(bucket, key, value, revision)(),
    delete: (bucket, key, revision) => TE.map(() => undefined)(() => change(bucket, key, null, revision)()),
    each: (bucket, begin) =>
      TE.fromIO(() => {
        const take = begin();
        for (const [key, slot] of slots(bucket)) take(key, slot);
      }),
    entries: (bucket, { keys = '>', where = () => true } = {}) =>
      TE.fromIO(() => {
        const isWanted = covers([keys]);
        return [...slots(bucket)]
          .flatMap(([key, { value, revision }]) => (value !== null && isWanted(key) && where(key) ? [{ key, value, revision }] : []))
          .sort((a, b) => (a.key < b.key ? -1 : 1));
      }),
  };
};
