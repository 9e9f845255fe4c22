/** When each value was decided, and when it was delivered: by the server's clock and by that of this process, on one machine. */
import { jetstreamManager } from '@nats-io/jetstream';
import { subjects } from './clients.ts';
import type { Told } from './load.ts';
import type { Installation } from './replicas.ts';

/** The longest time from the record of a read to the delivery of its value, in milliseconds. */
export const oldestValue = async (installation: Pick<Installation, 'connection'>, told: ReadonlyArray<Told>): Promise<number> => {
  const { streams } = await jetstreamManager(await installation.connection(), { checkAPI: false });
  const times = new Map<number, number>();
  let oldest = 0;
  for (const { seq, answered } of told.filter(({ outcome }) => outcome === 'value')) {
    const time = times.get(seq) ?? (await streams.getMessage(subjects.stream, { seq }))?.time.getTime() ?? 0;
    times.set(seq, time);
    oldest = Math.max(oldest, performance.timeOrigin + answered - time);
  }
  return oldest;
};
