/** Keeps the entries that were used last. */
import { LRUCache } from 'lru-cache';

/**
 * So many of them at most. It is told as a size: of a number the cache takes the memory at once, and writes to all of it, which for
 * every cache of the service together was a sixteenth of a start.
 */
export const latest = <V extends object | string | number>(max: number): LRUCache<string, V> => new LRUCache<string, V>({ maxSize: max, sizeCalculation: () => 1 });
