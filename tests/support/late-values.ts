/** When each value was decided, and when it was delivered: by the server's clock and by that of this process, on one machine. */
import { jetstreamManager } from '@nats-io/jetstream';
import { subjects } from './clients.ts';
import type { Told } from './load.ts';
import type { Installation } from './replicas.ts';

/** How old each value was, from the record of its read to its delivery, in milliseconds. */
export const agesOfValues = async (installation: Pick<Installation, 'connection'>, told: ReadonlyArray<Told>): Promise<ReadonlyArray<number>> => {
  const { streams } = await jetstreamManager(await installation.connection(), { checkAPI: false });
  const times = new Map<number, number>();
  const ages: number[] = [];
  for (const { seq, answered } of told.filter(({ outcome }) => outcome === 'value')) {
    const time = times.get(seq) ?? (await streams.getMessage(subjects.stream, { seq }))?.time.getTime() ?? 0;
    times.set(seq, time);
    ages.push(performance.timeOrigin + answered - time);
  }
  return ages;
};
