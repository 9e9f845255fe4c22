/** An append that was sent and not acknowledged: a log that takes nothing more, such as one whose disk is full, says so in no other way. */
import { isLeft } from 'fp-ts/lib/Either.js';
import { LINK_LOST } from '../../events/log/jetstream-link.ts';
import type { Log } from '../../events/log/log.ts';

/** @param tell is called with why, after each append of which nobody knows whether it is stored; not where the connection was lost, which is told otherwise */
export const telling = (log: Log, tell: (why: string) => void): Log => ({
  ...log,
  append: (draft) => async () => {
    const appended = await log.append(draft)();
    if (isLeft(appended) && appended.left._tag === 'unavailable' && appended.left.stored === 'unknown' && appended.left.why !== LINK_LOST) tell(appended.left.why);
    return appended;
  },
});

export const unacknowledged = (why: string): string => `the log does not acknowledge what is written (${why}): see whether nats-server has room on its disk`;
