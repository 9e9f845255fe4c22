/** Looking for new versions: one request for everything that is watched, when told that something changed, and every now and then. */
import { newBell } from './bell.ts';
import type { JetlockError } from './error.ts';
import { backOff, type Time } from './retry.ts';
import type { Listening } from './transport.ts';
import { AGAIN_MS } from './wait.ts';

export type WatchOptions = {
  /** Asks for everything that is watched. */
  readonly look: () => Promise<void>;
  /** Whether there is anything. */
  readonly isWatching: () => boolean;
  readonly listen: (listener: () => void) => Promise<Listening>;
  readonly onError: (error: JetlockError) => void;
  /** From the beginning of one look to the next, at least. */
  readonly gapMs: number;
  readonly time: Time;
};

export type Watch = {
  /** Looks soon, beginning if it has not yet. */
  readonly ring: () => void;
  readonly close: () => void;
};

/** Says a failure that lasts once, and again only after it was over. */
const once = (onError: WatchOptions['onError']) => {
  let last: string | undefined;
  return {
    failed: (error: JetlockError) => {
      if (last !== error.message) onError(error);
      last = error.message;
    },
    over: () => (last = undefined),
  };
};

/** Looks until there is nothing to watch, whatever fails meanwhile. */
export const newWatch = ({ look, isWatching, listen, onError, gapMs, time }: WatchOptions): Watch => {
  const stop = new AbortController();
  const bell = newBell(time, stop.signal);
  const report = once(onError);
  let running = false;

  const round = async (failed: number, ears: { listening?: Listening }): Promise<number> => {
    try {
      // Before the first look: a change in between would be missed otherwise.
      ears.listening ??= await listen(bell.ring);
      bell.forget();
      await look();
      report.over();
      return AGAIN_MS;
    } catch (error) {
      if (!stop.signal.aborted) report.failed(error as JetlockError);
      return (error as JetlockError).retryable ? Math.min(AGAIN_MS, backOff(failed, AGAIN_MS)) : AGAIN_MS;
    }
  };
  const loop = async (): Promise<void> => {
    const ears: { listening?: Listening } = {};
    // Whatever is registered in the same breath is asked for together.
    await Promise.resolve();
    // Nothing may come between this question and the end: whoever rings then begins anew.
    for (let failed = 1; !stop.signal.aborted && isWatching(); failed += 1) {
      const began = time.now();
      const pause = await round(failed, ears);
      if (pause === AGAIN_MS) failed = 0;
      await time.pause(Math.max(0, began + gapMs - time.now()), stop.signal);
      await bell.heard(pause);
    }
    ears.listening?.close();
    running = false;
  };
  const ring = () => {
    bell.ring();
    if (!running) void loop();
    running = true;
  };
  return { ring, close: () => stop.abort() };
};
