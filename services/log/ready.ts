/** Ready means: the fold is at the head of the log, and the log can be written. Both are proved by one message of our own. */
import type { Commits } from './commit.ts';
import type { Replica } from './replica.ts';

const BARRIER_MS = 5_000;
const RETRY_MS = 250;

/** Tries until it is so, now and whenever the flow of the log was lost and is back; `false` if the replica failed meanwhile. */
export const becomeReady = async (replica: Replica, commits: Commits): Promise<boolean> => {
  for (;;) {
    if (await commits.barrier(BARRIER_MS)) break;
    if (replica.health().failed) return false;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
  replica.markReady();
  return replica.health().ready;
};
