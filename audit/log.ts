/**
 * The audit log: everything that was asked, done and refused, read from the log itself and decided again. It needs no more than
 * the right to read, so it works while the service is stopped, and it takes nobody's word.
 */
import { type Either, left, right } from 'fp-ts/lib/Either.js';
import type { LogCrypto } from '../events/fold/log-crypto.ts';
import type { LogInfo, LogReader, Unavailable } from '../events/log/log.ts';
import type { Subjects } from '../events/subjects.ts';
import type { Sequence } from '../events/vocabulary.ts';
import { makeAuditor, type Auditor } from './auditor.ts';
import { type Filter, wants } from './filter.ts';
import { type AuditLine, isoTime } from '../protocol/audit-line.ts';
import { type Gap, readRange } from './range.ts';

export type AuditOptions = {
  readonly reader: LogReader;
  readonly subjects: Subjects;
  readonly filter: Filter;
  /** Goes on with what comes, until aborted. */
  readonly follow: boolean;
  readonly signal?: AbortSignal;
  /** The MAC under a log key, for those who have the keyring. Without it acceptance is found by looking ahead. */
  readonly mac?: NonNullable<LogCrypto['mac']>;
};

type Lines = AsyncGenerator<Either<Unavailable, AuditLine>, 'go on' | 'stop'>;

const POLL_MS = 250;

const finding = (seq: number, at: number, line: Pick<AuditLine, 'what' | 'outcome' | 'finding'>, about: AuditLine['about'] = {}): AuditLine => ({
  seq: seq as Sequence,
  at: isoTime(at),
  about,
  verified: 'unverified',
  ...line,
});

const missing = ({ from, to }: Gap, at: number): AuditLine =>
  finding(from, at, { what: 'messages', outcome: 'missing', finding: 'messages missing' }, { from: from as Sequence, to: to as Sequence });

const isGap = (item: object): item is Gap => '_tag' in item;

/** The first pass: what later messages say of earlier ones has to be known before any is folded. */
async function* look(options: AuditOptions, auditor: Auditor, from: number, to: number): Lines {
  for await (const item of readRange({ ...options, from, to })) {
    if (item._tag === 'Left') return yield* ending(item.left);
    if (!isGap(item.right)) auditor.look(item.right);
  }
  return 'go on';
}

async function* ending(why: Unavailable): Lines {
  yield left(why);
  return 'stop';
}

/** The second pass. Lines before `shown` have been printed already. */
async function* fold(options: AuditOptions, auditor: Auditor, shown: number, to: number): Lines {
  let at = 0;
  for await (const item of readRange({ ...options, from: auditor.applied() + 1, to })) {
    if (item._tag === 'Left') return yield* ending(item.left);
    const found = item.right;
    if (!isGap(found)) at = found.time;
    for (const line of isGap(found) ? [missing(found, at)] : auditor.fold(found)) {
      if (line.seq >= shown && wants(options.filter, line)) yield right(line);
      if (line.outcome === 'halted') return 'stop';
    }
  }
  return 'go on';
}

/** Everything up to a sequence, beginning again where what was printed has turned out wrong. */
async function* upTo(options: AuditOptions, auditor: Auditor, from: number, to: number): Lines {
  if ((yield* look(options, auditor, from, to)) === 'stop' || isAborted(options)) return 'stop';
  const wrong = auditor.reconsider();
  if (wrong !== undefined)
    yield right(finding(wrong, Date.now(), { what: 'lines', outcome: 'withdrawn', finding: 'judged anew' }, { from: wrong as Sequence, to: (from - 1) as Sequence }));
  return yield* fold(options, auditor, wrong ?? from, to);
}

/** Another life of the stream, or one that has become shorter: a backup was put back, or the log was made again. */
const isAnother = (before: LogInfo | undefined, { created, last }: LogInfo): boolean =>
  before !== undefined && (before.created !== created || last < before.last);

const isAborted = ({ signal }: AuditOptions): boolean => signal?.aborted === true;

const pause = (signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, POLL_MS);
    signal?.addEventListener('abort', done);
  });

const waited = async (options: AuditOptions): Promise<boolean> => {
  if (!options.follow || isAborted(options)) return false;
  await pause(options.signal);
  return !isAborted(options);
};

const changedHistory = (seq: number): AuditLine =>
  finding(seq, Date.now(), { what: 'log', outcome: 'halted', finding: 'history changed' });

/**
 * All lines that the filter wants, in the order of the log. Ends at the last message, or where nothing can be judged any more,
 * or after a left; with `follow` when aborted. Without the log key, lines of the last messages are provisional: in the rare case
 * that a later record shows one to be forged, a line `withdrawn` says from where on the lines are replaced by the ones after it.
 */
export async function* auditLog(options: AuditOptions): AsyncGenerator<Either<Unavailable, AuditLine>, void> {
  const auditor = makeAuditor(options.subjects, options.mac);
  let before: LogInfo | undefined;
  do {
    const info = await options.reader.info()();
    const done = before?.last ?? 0;
    if (info._tag === 'Left' || isAnother(before, info.right)) {
      yield info._tag === 'Left' ? info : right(changedHistory(done));
      return;
    }
    before = info.right;
    if (done < before.last && (yield* upTo(options, auditor, done + 1, before.last)) === 'stop') return;
  } while (await waited(options));
}
