/** Requests in a closed loop: so many are always on their way, and the next goes out when one is answered. */

export type Measured = {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
};

const percentile = (sorted: Float64Array, part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;

const keepAsking = async (ask: () => Promise<unknown>, end: number, took: number[]): Promise<void> => {
  for (let began = performance.now(); began < end; ) {
    await ask();
    const now = performance.now();
    took.push(now - began);
    began = now;
  }
};

/**
 * @param ask one request; what it rejects with ends the measuring
 * @param inFlight how many at once
 */
export const measure = async (ask: () => Promise<unknown>, inFlight: number, ms: number): Promise<Measured> => {
  const took: number[] = [];
  const began = performance.now();
  await Promise.all(Array.from({ length: inFlight }, () => keepAsking(ask, began + ms, took)));
  const elapsed = performance.now() - began;
  const sorted = Float64Array.from(took).sort();
  return { perSecond: (took.length / elapsed) * 1000, p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) };
};
