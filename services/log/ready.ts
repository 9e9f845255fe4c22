/** Ready means: the clocks agree, the log is the one that was folded, the fold is at its head, and it can be written. The last two are proved by one message of our own. */
import { isLeft } from 'fp-ts/lib/Either.js';
import { isNone } from 'fp-ts/lib/Option.js';
import { equal } from '../../crypto/bytes.ts';
import { clockTrouble } from './clock.ts';
import type { Commits } from './commit.ts';
import type { Replica } from './replica.ts';

const BARRIER_MS = 5_000;
const RETRY_MS = 250;

/** While we were away the broker may have been put back to an older copy, which could give the same places to other events. */
const isSameLog = async ({ log, created, latest }: Replica): Promise<boolean | 'not known'> => {
  const info = await log.info()();
  if (isLeft(info)) return 'not known';
  const last = latest();
  if (info.right.created !== created || last === undefined) return info.right.created === created;
  const found = await log.at(last.seq)();
  if (isLeft(found)) return 'not known';
  if (isNone(found.right)) return false;
  const { subject, time, mac, data } = found.right.value;
  return subject === last.subject && time === last.time && mac === last.mac && equal(data, last.data);
};

/** Nothing is written before the log is known to be the same one, nor while nothing that is written would count. */
const isProved = async (replica: Replica, commits: Commits): Promise<boolean> => {
  const wrongClock = await clockTrouble(replica);
  if (wrongClock !== undefined) {
    replica.lose(wrongClock);
    return false;
  }
  const same = await isSameLog(replica);
  if (same === false) replica.fail('history changed: the log is not the one that was folded');
  if (same !== true) return false;
  replica.trust();
  return commits.barrier(BARRIER_MS);
};

/** Tries until it is so, now and whenever the flow of the log was lost and is back; `false` if the replica failed meanwhile. */
export const becomeReady = async (replica: Replica, commits: Commits): Promise<boolean> => {
  while (!(await isProved(replica, commits))) {
    if (replica.health().failed) return false;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
  replica.markReady();
  return replica.health().ready;
};
