/** What fits into one reply of at most 512 KiB. */
import type { Outcome } from '../../events/read/decide.ts';

/** A value takes four thirds in base64url, twice: in the reply, and sealed. 512 KiB leave this for all values of a reply. */
const VALUE_BYTES = 280_000;
const PATH_BYTES = 400;

/** Sizes count only for what may be read: what fits must tell nothing of the rest. */
export const roomOf = (outcome: Outcome): number => PATH_BYTES + (outcome.result === 'refused' ? 0 : outcome.version.size);

/** How many fit, from the first, at least one. */
export const fitting = (outcomes: ReadonlyArray<Outcome>): number => {
  let bytes = 0;
  const over = outcomes.findIndex((outcome) => (bytes += roomOf(outcome)) > VALUE_BYTES);
  return over === -1 ? outcomes.length : Math.max(1, over);
};
