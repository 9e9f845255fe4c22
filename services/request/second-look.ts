/** A credential that is not known here, or not approved, may be by now: another replica may have acknowledged what is not folded here yet. */
import { isLeft } from 'fp-ts/lib/Either.js';
import type { ServiceName } from '../../events/vocabulary.ts';
import type { Replica } from '../log/replica.ts';
import { monotonic } from './rate-limit.ts';

/** The leader of the log is asked 50 times a second at most. */
export const LOOK_EVERY_MS = 20;
const FOLDED_MS = 1_000;

/** Waits until all that the leader had when it was called is folded here, as far as that is soon. */
export type Look = () => Promise<void>;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Strangers ask as often as they like, and the leader is not asked for each of them: all who come before a look begins share it. So a
 * flood of them costs no more than a few do, and nobody among them is kept from being looked for.
 */
export const makeLook = ({ log, reached, subjects }: Pick<Replica, 'log' | 'reached' | 'subjects'>, now: () => number = monotonic): Look => {
  let next: Promise<void> | undefined;
  let begun = -Infinity;
  const look = async (): Promise<void> => {
    const wait = begun + LOOK_EVERY_MS - now();
    await (wait > 0 ? pause(wait) : Promise.resolve());
    // Who comes from now on may want what the leader is only about to have.
    next = undefined;
    begun = now();
    // Of the state's family: reads of others need not be folded here, and say nothing of credentials.
    const last = await log.last(subjects.anyState)();
    if (!isLeft(last)) await reached(last.right, FOLDED_MS);
  };
  return () => (next ??= look());
};

/** Waits for what the leader has of a service and this replica has not; says whether there was something. */
export type SecondLook = (service: ServiceName) => Promise<boolean>;

export const makeSecondLook =
  ({ fold, subjects }: Pick<Replica, 'fold' | 'subjects'>, look: Look): SecondLook =>
  async (service) => {
    const subject = subjects.state.service(service);
    const known = fold.previous(subject);
    await look();
    return fold.previous(subject) > known;
  };
