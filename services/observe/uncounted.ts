/** What of the log does not count, told to operators: an intruder's messages are a warning, a command that was refused is not. */
import type { Logger } from 'pino';
import type { Folded } from '../../events/fold/verdict.ts';
import { rateLimit } from '../request/rate-limit.ts';

/** Anyone who may publish can write what does not count; the rest of it is counted by the metrics. */
export const TOLD_PER_SECOND = 10;

/**
 * For every message that was folded. A skipped one is under no MAC of ours, or was published a second time; a void one was
 * written by a replica and came to nothing at its place, for the code that is told.
 */
export const tellUncounted = (logger: Logger): ((folded: Folded) => void) => {
  const mayTell = rateLimit(TOLD_PER_SECOND);
  return ({ seq, verdict }) => {
    if (verdict._tag === 'skipped' && mayTell('skipped')) logger.warn({ sequence: seq, why: verdict.why }, 'a message of the log is none of ours');
    if (verdict._tag === 'void' && mayTell('void')) logger.info({ sequence: seq, code: verdict.refusal.code }, 'a record of the log is void');
  };
};
