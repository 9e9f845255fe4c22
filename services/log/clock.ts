/** This machine's clock beside the log's, while the service runs: what a writer writes who is too far off does not count, for anyone. */
import { isLeft } from 'fp-ts/lib/Either.js';
import { CLOCK_DISTANCE_MS } from '../../events/fold/fold.ts';
import { clockDistance } from '../nats/server-check.ts';
import type { Replica } from './replica.ts';

/** Why nothing can be written under this clock; undefined if it can, or as long as the log does not tell its time. */
export const clockTrouble = async ({ log }: Pick<Replica, 'log'>): Promise<string | undefined> => {
  const asked = Date.now();
  const info = await log.info()();
  if (isLeft(info)) return undefined;
  const distance = clockDistance(asked, info.right.time, Date.now());
  // Of a time that was not told nothing follows.
  if (Number.isNaN(distance) || Math.abs(distance) <= CLOCK_DISTANCE_MS) return undefined;
  return `the clock here is ${Math.round(Math.abs(distance) / 1000)} s ${distance > 0 ? 'behind' : 'ahead of'} the one of nats-server: set both by NTP`;
};

/**
 * To be asked again and again. Where the clock is wrong the replica is not ready any more, and writes nothing.
 * @param again is called then; it has to make the replica ready as soon as the clock is right
 */
export const watchClock = (replica: Replica, again: () => void) => async (): Promise<void> => {
  if (!replica.health().ready) return;
  const why = await clockTrouble(replica);
  if (why === undefined || !replica.health().ready) return;
  replica.lose(why);
  again();
};
