/** How much memory the process takes while its read models catch up with the log. */
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const LOOK_EVERY_MS = 10_000;
/** After joining, entries are compared with the store, or written to an empty one. A process that is busy for longer is busy with requests. */
const LOOKS_MAX = 6;
/** Of one processor. */
const AT_REST = 0.1;

/** V8 gives its collector out by a flag alone, to contexts that are made after it was set. */
const collect = (): void => {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
};

const wasBusy = async (): Promise<boolean> => {
  const before = process.cpuUsage();
  await delay(LOOK_EVERY_MS, undefined, { ref: false });
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 > LOOK_EVERY_MS * AT_REST;
};

/**
 * From now on V8 collects before the heap has grown to several times what is alive. Catching up makes much garbage beside much that
 * stays, and what the heap has grown to then it keeps: with 100,000 secrets half of what is resident. Until shortly after it is over,
 * since requests take more of the processor meanwhile; then what is dead is given back at once, in a millisecond or two for each MB
 * that is alive.
 * @param over settles when everything is read
 */
export const keepHeapSmallUntil = async (over: Promise<unknown>): Promise<void> => {
  setFlagsFromString('--optimize-for-size');
  await over;
  for (let looks = 0; looks < LOOKS_MAX && (await wasBusy()); ) looks += 1;
  collect();
  setFlagsFromString('--no-optimize-for-size');
};
