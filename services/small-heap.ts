/** How much memory the process takes while its read models catch up with the log. */
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const LOOK_EVERY_MS = 10_000;
/** After joining, entries are compared with the store, or written to an empty one. A process that is busy for longer is busy with requests. */
const LOOKS_MAX = 6;
/** Of one processor. */
const AT_REST = 0.1;
/** Between two looks: then reads are what it is busy with, and each takes a tenth more of the processor meanwhile. */
const READS_MANY = 1_000;

/** V8 gives its collector out by a flag alone, to contexts that are made after it was set. */
const collect = (): void => {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
};

const isBusyElsewhere = async (reads: () => number): Promise<boolean> => {
  const [before, readsBefore] = [process.cpuUsage(), reads()];
  await delay(LOOK_EVERY_MS, undefined, { ref: false });
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 > LOOK_EVERY_MS * AT_REST && reads() - readsBefore < READS_MANY;
};

/**
 * From now on V8 collects before the heap has grown to several times what is alive. Catching up makes much garbage beside much that
 * stays, and what the heap has grown to then it keeps: with 100,000 secrets half of what is resident. Until shortly after it is over,
 * since requests take more of the processor meanwhile; then what is dead is given back at once, in a millisecond or two for each MB
 * that is alive.
 * @param over settles when everything is read
 * @param reads how many were answered since the start
 */
export const keepHeapSmallUntil = async (over: Promise<unknown>, reads: () => number): Promise<void> => {
  setFlagsFromString('--optimize-for-size');
  await over;
  for (let looks = 0; looks < LOOKS_MAX && (await isBusyElsewhere(reads)); ) looks += 1;
  collect();
  setFlagsFromString('--no-optimize-for-size');
};
