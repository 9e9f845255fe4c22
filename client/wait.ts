/** Waiting for approval: ask, and ask again when told that something changed, or after a while in case that was lost. */
import * as E from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { SecretPath } from '../events/vocabulary.ts';
import { codeOf } from '../protocol/refusal.ts';
import { newBell } from './bell.ts';
import { refusedHere, type ClientFailure } from './failure.ts';
import { backOff, canPass, type Time } from './retry.ts';
import type { Answers, Ask, Found, ServiceClient } from './service.ts';
import type { Listening } from './transport.ts';

export type WaitOptions = {
  readonly get: ServiceClient['get'];
  readonly onNotice: (listener: () => void) => Listening;
  readonly timeoutMs: number;
  /** Ends the waiting like the end of its time. */
  readonly signal: AbortSignal | undefined;
  readonly time: Time;
};

/** A notice can be lost; nobody waits longer than that for what was approved. */
export const AGAIN_MS = 15_000;
/** Notices are not authenticated: not even a flood of them makes more reads than that. */
export const GAP_MS = 100;

const refusedPaths = (answers: Answers): ReadonlyArray<SecretPath> => {
  const refused: SecretPath[] = [];
  for (const [path, answer] of answers) if (answer === 'refused') refused.push(path);
  return refused;
};

const foundIn = (answers: Answers): ReadonlyMap<SecretPath, Found> =>
  new Map([...answers].flatMap(([path, answer]) => (answer === 'refused' ? [] : [[path, answer] as const])));

/** Every path found, or the refusal that names those which were not. */
export const allFound = (answers: Answers): Either<ClientFailure, ReadonlyMap<SecretPath, Found>> => {
  const refused = refusedPaths(answers);
  return refused.length === 0 ? E.right(answers as ReadonlyMap<SecretPath, Found>) : E.left(refusedHere('refused', refused.join(', ')));
};

const isApproval = (failure: ClientFailure): boolean =>
  failure._tag === 'refusal' && ['refused', 'credential_pending'].includes(codeOf(failure.refusal));

/** How long to wait before asking again; undefined for a failure that waiting does not mend. */
const pauseAfter = (failure: ClientFailure, failed: number): number | undefined =>
  isApproval(failure) ? AGAIN_MS : canPass(failure) ? Math.min(AGAIN_MS, backOff(failed)) : undefined;

/** Asks for what is still missing. What was found stays found: a grant may have been for that one read. */
const rounds = (asks: ReadonlyArray<Ask>, get: ServiceClient['get']) => {
  const found = new Map<SecretPath, Found>();
  const next = async (leftMs: number): Promise<Either<ClientFailure, ReadonlyMap<SecretPath, Found>>> => {
    const answers = await get(asks.filter(({ path }) => !found.has(path)), Math.max(1, leftMs))();
    if (E.isLeft(answers)) return answers;
    for (const [path, answer] of foundIn(answers.right)) found.set(path, answer);
    return E.map(() => found)(allFound(answers.right));
  };
  return next;
};

/**
 * Everything that is asked for, as soon as all of it is to be had. At the end of the time, or at once where waiting mends
 * nothing, it is the last refusal of access, or the last failure if there was none.
 */
export const waitFor =
  (asks: ReadonlyArray<Ask>, { get, onNotice, timeoutMs, signal, time }: WaitOptions): TaskEither<ClientFailure, ReadonlyMap<SecretPath, Found>> =>
  async () => {
    const leftMs = ((end) => () => end - time.now())(time.now() + timeoutMs);
    const isOver = () => leftMs() <= 0 || signal?.aborted === true;
    const next = rounds(asks, get);
    const bell = newBell(time, signal);
    // Before the first question: an approval in between would be missed otherwise.
    const listening = onNotice(bell.ring);
    let last: ClientFailure | undefined;
    try {
      for (let failed = 1; ; failed += 1) {
        const result = await next(leftMs());
        if (E.isRight(result)) return result;
        const pause = pauseAfter(result.left, failed);
        if (pause === undefined) return result;
        if (last === undefined || isApproval(result.left)) last = result.left;
        await time.pause(Math.min(GAP_MS, Math.max(0, leftMs())), signal);
        await bell.heard(Math.min(pause, Math.max(0, leftMs())));
        if (isOver()) return E.left(last);
      }
    } finally {
      listening.close();
      bell.silence();
    }
  };
