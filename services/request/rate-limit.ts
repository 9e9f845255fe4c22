/** Token buckets, one for each name. */
import { latest } from '../latest.ts';

const NAMES_MAX = 10_000;

type Bucket = { left: number; at: number };

export type Allowance = {
  /** Takes one of that name, or as many as are said. @returns whether so many were left */
  readonly use: (name: string, count?: number) => boolean;
  /** Takes one, or as many as are said, left or not, of what was used already: it has to be made up for before there is one left again. */
  readonly owe: (name: string, count?: number) => void;
  /** Whether there is one left, or as many as are said; takes none. */
  readonly isLeft: (name: string, count?: number) => boolean;
};

/** Milliseconds that only go on: a clock that was set back would let nobody in until it is where it was. */
export const monotonic = (): number => performance.now();

/** `perSecond` on average, `atOnce` after a time of rest. */
export const makeAllowance = ({ perSecond, atOnce }: { readonly perSecond: number; readonly atOnce: number }, now: () => number = monotonic): Allowance => {
  const buckets = latest<Bucket>(NAMES_MAX);
  const leftIn = (bucket: Bucket, at: number): number => Math.min(atOnce, bucket.left + ((at - bucket.at) / 1000) * perSecond);
  const bucketOf = (name: string, at: number): Bucket => {
    const bucket = { left: atOnce, at };
    buckets.set(name, bucket);
    return bucket;
  };
  /** @returns whether so many were left */
  const take = (name: string, count: number, inAnyCase: boolean): boolean => {
    const at = now();
    const bucket = buckets.get(name) ?? bucketOf(name, at);
    const left = leftIn(bucket, at);
    bucket.left = left >= count || inAnyCase ? left - count : left;
    bucket.at = at;
    return left >= count;
  };
  return {
    use: (name, count = 1) => take(name, count, false),
    owe: (name, count = 1) => void take(name, count, true),
    isLeft: (name, count = 1) => {
      const bucket = buckets.get(name);
      return bucket === undefined || leftIn(bucket, now()) >= count;
    },
  };
};

/** One second's worth at once. @returns whether one more of that name is within the limit now */
export const rateLimit = (perSecond: number, now: () => number = monotonic): ((name: string) => boolean) =>
  makeAllowance({ perSecond, atOnce: perSecond }, now).use;
