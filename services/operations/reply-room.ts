/** What fits into one reply of at most 512 KiB. */
import type { Outcome } from '../../events/read/decide.ts';
import { REPLY_ROOM, roomOf } from '../../events/read/room.ts';

/** Sizes count only for what may be read: what fits must tell nothing of the rest. */
const roomFor = (outcome: Outcome): number => roomOf(outcome.result === 'refused' ? 0 : outcome.version.size);

/** How many fit, from the first, at least one. */
export const fitting = (outcomes: ReadonlyArray<Outcome>): number => {
  let bytes = 0;
  const over = outcomes.findIndex((outcome) => (bytes += roomFor(outcome)) > REPLY_ROOM);
  return over === -1 ? outcomes.length : Math.max(1, over);
};
