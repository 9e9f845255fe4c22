/** What was told, held against the log: nothing delivered without its event, nothing acknowledged and lost. */
import { jetstreamLog } from '../../events/log/jetstream.ts';
import { fromUtf8 } from '../../crypto/bytes.ts';
import type { LogMessage } from '../../events/log/log.ts';
import { subjects } from './clients.ts';
import { latch } from './latch.ts';
import type { Told } from './load.ts';
import { orThrow } from './or-throw.ts';
import type { Installation } from './replicas.ts';

const WHOLE_LOG_MS = 120_000;

/** All messages up to now, by their sequence. */
const wholeLog = async (installation: Pick<Installation, 'connection'>): Promise<ReadonlyMap<number, LogMessage>> => {
  const log = jetstreamLog(await installation.connection(), { stream: subjects.stream });
  const { last } = orThrow(await log.info()());
  const found = new Map<number, LogMessage>();
  const whole = latch(WHOLE_LOG_MS, 'the whole log');
  const { close } = await log.follow({
    filters: [subjects.all],
    from: 1,
    onMessage: (message) => {
      found.set(message.seq, message);
      if (message.seq >= last) whole.open();
    },
  });
  await whole.opened();
  await close();
  return found;
};

type AnyRecord = {
  readonly reads?: ReadonlyArray<{ readonly id: string }>;
  readonly origin?: { readonly statement?: string };
};

const isRecorded = (message: LogMessage | undefined, { kind, id }: Told): boolean => {
  if (message === undefined) return false;
  const record = JSON.parse(fromUtf8(message.data)) as AnyRecord;
  if (kind === 'read') return subjects.isRead(message.subject) && (record.reads ?? []).some((read) => read.id === id);
  return subjects.isState(message.subject) && (JSON.parse(record.origin?.statement ?? '{}') as { id?: string }).id === id;
};

export type Checked = {
  readonly values: number;
  readonly writes: number;
  /** Values without the event of their read at the place that was told; must be none. */
  readonly unrecorded: ReadonlyArray<Told>;
  /** Writes that were acknowledged and are not at the place that was told; must be none. */
  readonly lost: ReadonlyArray<Told>;
};

export const heldAgainstLog = async (installation: Pick<Installation, 'connection'>, told: ReadonlyArray<Told>): Promise<Checked> => {
  const log = await wholeLog(installation);
  const of = (outcome: string): ReadonlyArray<Told> => told.filter((one) => one.outcome === outcome);
  const missing = (some: ReadonlyArray<Told>): ReadonlyArray<Told> => some.filter((one) => !isRecorded(log.get(one.seq), one));
  const [values, written] = [of('value'), of('written')];
  return { values: values.length, writes: written.length, unrecorded: missing(values), lost: missing(written) };
};
