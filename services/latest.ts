/** Keeps the entries that were used last. */
import { LRUCache } from 'lru-cache';

/**
 * So many of them at most. It is told as a size: of a number the cache takes the memory at once, and writes to all of it, which for
 * every cache of the service together was a sixteenth of a start.
 * @param onGone told of each entry that leaves, or is replaced
 */
export const latest = <V extends object | string | number>(max: number, onGone?: (value: V, name: string) => void): LRUCache<string, V> =>
  new LRUCache<string, V>({ maxSize: max, sizeCalculation: () => 1, ...(onGone === undefined ? {} : { dispose: onGone }) });
