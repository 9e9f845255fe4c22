/** A credential that is not known here, or not approved, may be by now: another replica may have acknowledged what is not folded here yet. */
import { isLeft } from 'fp-ts/lib/Either.js';
import type { ServiceName } from '../../events/vocabulary.ts';
import type { Replica } from '../log/replica.ts';
import { rateLimit } from './rate-limit.ts';

/** Strangers ask as often as they like; the leader of the log is not asked for each of them. */
const QUESTIONS_PER_SECOND = 50;
const FOLDED_MS = 1_000;

/** Waits for all that the leader has now: for what cannot be looked for by its subject. */
export const makeLastLook = ({ log, reached }: Replica): (() => Promise<boolean>) => {
  const mayAsk = rateLimit(QUESTIONS_PER_SECOND);
  return async () => {
    if (!mayAsk('any')) return false;
    const info = await log.info()();
    return !isLeft(info) && reached(info.right.last, FOLDED_MS);
  };
};

/** Waits for what the leader has of a service and this replica has not; says whether there was something. */
export type SecondLook = (service: ServiceName) => Promise<boolean>;

export const makeSecondLook = ({ fold, log, subjects, reached }: Replica): SecondLook => {
  const mayAsk = rateLimit(QUESTIONS_PER_SECOND);
  return async (service) => {
    if (!mayAsk('any')) return false;
    const subject = subjects.state.service(service);
    const known = fold.previous(subject);
    const last = await log.last(subject)();
    return !isLeft(last) && last.right > known && reached(last.right, FOLDED_MS);
  };
};
