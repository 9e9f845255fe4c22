/** How a load goes on: what a test of faults waits for. */
import type { Told } from './load.ts';
import { eventually } from './poll.ts';

const PROGRESS_MS = 60_000;

/** That many more values or writes, asked for from now on; settles with the milliseconds that the first of them took. */
export const answersAgain = async (told: ReadonlyArray<Told>, count = 1): Promise<number> => {
  const since = performance.now();
  const from = told.length;
  const good = () => told.slice(from).filter(({ asked, outcome }) => asked >= since && (outcome === 'value' || outcome === 'written'));
  await eventually(() => (good().length >= count ? true : undefined), PROGRESS_MS, `${count} answers`);
  return Math.min(...good().map(({ answered }) => answered)) - since;
};

/** Times in seconds, for people: the least, the middle and the greatest. */
export const summary = (times: ReadonlyArray<number>): string => {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (n: number | undefined): string => ((n ?? 0) / 1000).toFixed(1);
  return `${at(sorted[0])} / ${at(sorted[sorted.length >> 1])} / ${at(sorted.at(-1))} s`;
};
