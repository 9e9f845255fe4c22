/** Trying again without doing harm: later each time, at a moment of its own, and not for ever. */
import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { ClientFailure } from './failure.ts';

/** The clock of this machine, and a pause; tests bring their own. */
export type Time = {
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
  /** Over after `ms`, or as soon as `until` is aborted. */
  readonly pause: (ms: number, until?: AbortSignal) => Promise<void>;
};

export const systemTime: Time = {
  now: Date.now,
  pause: (ms, until) =>
    new Promise((resolve) => {
      const over = () => {
        clearTimeout(timer);
        until?.removeEventListener('abort', over);
        resolve();
      };
      const timer = setTimeout(over, ms);
      if (until?.aborted === true) over();
      else until?.addEventListener('abort', over);
    }),
};

const OTHERS_MS = 50;

/**
 * A pause after something that may have come for many in this process at once: they all have theirs before it takes more than a
 * timer. To register with a signal takes as long as to open an answer.
 */
export const pauseAfterOthers = async ({ pause }: Pick<Time, 'pause'>, ms: number, until: AbortSignal): Promise<void> => {
  const first = Math.min(ms, OTHERS_MS);
  await pause(first);
  await pause(ms - first, until);
};

const FIRST_MS = 100;
const LONGEST_MS = 2_000;

/** The pause before the attempt after `failed` ones, in milliseconds: somewhere in a range that doubles each time. */
export const backOff = (failed: number, longestMs = LONGEST_MS): number =>
  Math.round(Math.min(longestMs, FIRST_MS * 2 ** (failed - 1)) * (0.5 + Math.random() / 2));

/** Whether it may be otherwise in a moment. */
export const canPass = (failure: ClientFailure): boolean =>
  failure._tag === 'unavailable' || (failure._tag === 'refusal' && failure.refusal.retryable);

/** Where nobody was there to be asked, it is better to say so at once. */
const wasThere = (failure: ClientFailure): boolean => !(failure._tag === 'unavailable' && failure.delivered === 'no');

type Attempt<A> = (leftMs: number) => TaskEither<ClientFailure, A>;
export type Again = {
  readonly withinMs: number;
  readonly time: Time;
  /** The connection was lost, or is back for a moment only: see `Transport`. */
  readonly isUnsettled: () => boolean;
};

const repeatedIf = <A>(isWorthIt: (failure: ClientFailure) => boolean, attempt: Attempt<A>, { withinMs, time }: Again): TaskEither<ClientFailure, A> => async () => {
  const end = time.now() + withinMs;
  for (let failed = 1; ; failed += 1) {
    const result = await attempt(Math.max(1, end - time.now()))();
    if (E.isRight(result) || !canPass(result.left) || !isWorthIt(result.left)) return result;
    const wait = backOff(failed);
    if (time.now() + wait >= end) return result;
    await time.pause(wait);
  }
};

/**
 * Repeats what got no answer, or one that may be another in a moment; the last failure if `withinMs` are over before.
 * @param attempt is told how many milliseconds are left, at least one
 */
export const repeated = <A>(attempt: Attempt<A>, again: Again): TaskEither<ClientFailure, A> =>
  repeatedIf((failure) => again.isUnsettled() || wasThere(failure), attempt, again);

/** The same, but only while the connection is lost or hardly back. For what may be asked twice: each attempt has to be a request of its own. */
export const acrossLoss = <A>(attempt: Attempt<A>, again: Again): TaskEither<ClientFailure, A> => repeatedIf(again.isUnsettled, attempt, again);
