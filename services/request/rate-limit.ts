/** A token bucket for each name: `perSecond` on average, one second's worth at once. */
import { LRUCache } from 'lru-cache';

const NAMES_MAX = 10_000;

/** @returns whether one more of that name is within the limit now */
export const rateLimit = (perSecond: number, now: () => number = Date.now): ((name: string) => boolean) => {
  const buckets = new LRUCache<string, { left: number; at: number }>({ max: NAMES_MAX });
  return (name) => {
    const at = now();
    const bucket = buckets.get(name) ?? { left: perSecond, at };
    const left = Math.min(perSecond, bucket.left + ((at - bucket.at) / 1000) * perSecond);
    buckets.set(name, { left: left >= 1 ? left - 1 : left, at });
    return left >= 1;
  };
};
