/** Refusals before any path was looked at, summed up for the log: a flood of them becomes a few records. */
import type { ReadRecord } from '../../events/record.ts';
import type { RefusalCode } from '../../events/refusal.ts';
import { sure, Count, Instant, type ServiceName, Word } from '../../events/vocabulary.ts';

type Counted = ReadRecord['refusals'][number];

export type RefusalSums = {
  readonly add: (code: RefusalCode, service: ServiceName | null) => void;
  /** What was summed up since the last time. */
  readonly take: () => ReadonlyArray<Counted>;
};

/** Of more different ones than this in one interval, the rest counts without a name. */
const NAMED_MAX = 100;

export const sumRefusals = (now: () => number = Date.now): RefusalSums => {
  let sums = new Map<string, Counted>();
  return {
    add: (code, named) => {
      const service = sums.size < NAMED_MAX ? named : null;
      const key = `${code} ${service ?? ''}`;
      const before = sums.get(key);
      const since = before?.since ?? sure(Instant, now());
      sums.set(key, { code: sure(Word, code), service, credential: null, count: sure(Count, (before?.count ?? 0) + 1), since });
    },
    take: () => {
      const taken = [...sums.values()];
      sums = new Map();
      return taken;
    },
  };
};
