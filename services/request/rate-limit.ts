/** Token buckets, one for each name. */
import { latest } from '../latest.ts';

const NAMES_MAX = 10_000;

type Bucket = { left: number; at: number };

export type Allowance = {
  /** Takes one of that name. @returns whether there was one left */
  readonly use: (name: string) => boolean;
  /** Takes one, left or not, of what was used already: it has to be made up for before there is one left again. */
  readonly owe: (name: string) => void;
  /** Whether there is one left; takes none. */
  readonly isLeft: (name: string) => boolean;
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
  /** @returns whether there was one left */
  const take = (name: string, inAnyCase: boolean): boolean => {
    const at = now();
    const bucket = buckets.get(name) ?? bucketOf(name, at);
    const left = leftIn(bucket, at);
    bucket.left = left >= 1 || inAnyCase ? left - 1 : left;
    bucket.at = at;
    return left >= 1;
  };
  return {
    use: (name) => take(name, false),
    owe: (name) => void take(name, true),
    isLeft: (name) => {
      const bucket = buckets.get(name);
      return bucket === undefined || leftIn(bucket, now()) >= 1;
    },
  };
};

/** One second's worth at once. @returns whether one more of that name is within the limit now */
export const rateLimit = (perSecond: number, now: () => number = monotonic): ((name: string) => boolean) =>
  makeAllowance({ perSecond, atOnce: perSecond }, now).use;
