/**
 * Watching: a look at everything first, then one question that stays open until there is something new. Where a source has no such
 * questions it is looked at again, when told that something changed, and every now and then.
 */
import { newBell, type Bell } from './bell.ts';
import type { JetlockError } from './error.ts';
import { backOff, pauseAfterOthers, type Time } from './retry.ts';
import type { Listening } from './transport.ts';
import { AGAIN_MS } from './wait.ts';

export type WatchOptions = {
  /** Asks for everything that is watched. */
  readonly look: () => Promise<void>;
  /** Waits for what is newer than that. @returns whether there was any */
  readonly next?: (isGivenUp: () => boolean) => Promise<boolean>;
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

/** So long after being told of a change the question that is open may take to be answered: then whoever has it is gone. */
const GRACE_MS = 1_000;

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

const nobodyAsks = (): void => undefined;

/** One question at a time, which can be given up. No signal is made for each: that would take longer than everything else about it. */
const newAsking = (time: Time, stop: AbortSignal) => {
  let giveUp = nobodyAsks;
  let isNoticed = true;
  stop.addEventListener('abort', () => giveUp());
  return {
    giveUp: () => giveUp(),
    notice: (): void => {
      if (isNoticed) return;
      isNoticed = true;
      const asked = giveUp;
      const wait = (): void => void time.pause(GRACE_MS, stop).then(asked);
      // Its answer may have come with the notice, and is then handed on first.
      setImmediate(() => asked === giveUp && wait());
    },
    /** @returns whether there was anything new */
    ask: async (next: NonNullable<WatchOptions['next']>): Promise<boolean> => {
      let isOver = false;
      isNoticed = false;
      try {
        return await new Promise<boolean>((resolve, reject) => {
          giveUp = () => {
            isOver = true;
            resolve(false);
          };
          next(() => isOver).then(resolve, reject);
        });
      } finally {
        isOver = isNoticed = true;
        giveUp = nobodyAsks;
      }
    },
  };
};

/** A look, or a question, whichever is due. */
const newRounds = ({ look, next, gapMs, time }: Pick<WatchOptions, 'look' | 'next' | 'gapMs' | 'time'>, stop: AbortSignal) => {
  const { ask, giveUp, notice } = newAsking(time, stop);
  let isDue = true;
  const lookNow = async (): Promise<void> => {
    isDue = false;
    try {
      await look();
    } catch (error) {
      isDue = true;
      throw error;
    }
  };
  return {
    notice,
    lookSoon: (): void => {
      isDue = true;
      giveUp();
    },
    go: async (): Promise<'looked' | 'asked'> => {
      if (isDue || next === undefined) {
        await lookNow();
        return 'looked';
      }
      if (await ask(next)) {
        // Of many programs that were told at once, none asks anew before all of them are, nor all of them at the same moment.
        await pauseAfterOthers(time, gapMs * (1 + Math.random()), stop);
      }
      return 'asked';
    },
    /** What a question does not bring, a look may. */
    failed: ({ retryable, code }: JetlockError): void => {
      isDue ||= !retryable || code === 'busy';
    },
  };
};

type Ears = { listening?: Listening };
/** How long to wait before the next round, and how many have failed by now. */
type Round = { readonly pauseMs: number; readonly failed: number };

/** One round after the other, whatever fails. */
const newRound = ({ next, listen, onError }: Pick<WatchOptions, 'next' | 'listen' | 'onError'>, bell: Bell, rounds: ReturnType<typeof newRounds>, stop: AbortSignal) => {
  const report = once(onError);
  const onNotice = (): void => {
    bell.ring();
    rounds.notice();
  };
  const onFailure = (error: JetlockError, failed: number): Round => {
    if (!stop.aborted) report.failed(error);
    rounds.failed(error);
    return { failed, pauseMs: error.retryable ? Math.min(AGAIN_MS, backOff(failed, AGAIN_MS)) : AGAIN_MS };
  };
  return async (failed: number, ears: Ears): Promise<Round> => {
    try {
      // Before the first look: a change in between would be missed otherwise.
      ears.listening ??= await listen(onNotice);
      bell.forget();
      const done = await rounds.go();
      if (next === undefined || done === 'asked') report.over();
      return { pauseMs: next === undefined ? AGAIN_MS : 0, failed: 0 };
    } catch (error) {
      return onFailure(error as JetlockError, failed + 1);
    }
  };
};

/** Looks, or asks, until there is nothing to watch. */
export const newWatch = ({ isWatching, gapMs, time, ...options }: WatchOptions): Watch => {
  const stop = new AbortController();
  const bell = newBell(time, stop.signal);
  const rounds = newRounds({ ...options, gapMs, time }, stop.signal);
  const round = newRound(options, bell, rounds, stop.signal);
  let running = false;

  const loop = async (): Promise<void> => {
    const ears: Ears = {};
    // Whatever is registered in the same breath is asked for together.
    await Promise.resolve();
    // Nothing may come between this question and the end: whoever rings then begins anew.
    for (let last: Round = { pauseMs: 0, failed: 0 }; !stop.signal.aborted && isWatching(); ) {
      const began = time.now();
      last = await round(last.failed, ears);
      const restMs = began + gapMs - time.now();
      if (restMs > 0) await time.pause(restMs, stop.signal);
      if (last.pauseMs > 0) await bell.heard(last.pauseMs);
    }
    ears.listening?.close();
    running = false;
  };
  const ring = () => {
    rounds.lookSoon();
    bell.ring();
    if (!running) void loop();
    running = true;
  };
  return { ring, close: () => stop.abort() };
};
