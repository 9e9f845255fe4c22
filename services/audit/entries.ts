/** Entries of the audit log as they are told: found by the index, read from the log itself. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { isNone } from 'fp-ts/lib/Option.js';
import { indexedLines } from '../../audit/indexed-line.ts';
import { parseRecord } from '../../events/fold/accept.ts';
import type { LogMessage } from '../../events/log/log.ts';
import type { LogRecord } from '../../events/record.ts';
import { refuse, type Refusal } from '../../events/refusal.ts';
import type { Count } from '../../events/vocabulary.ts';
import { atOnce } from '../../projections/at-once.ts';
import type { Found } from '../../projections/audit/search.ts';
import type { AuditEntry } from '../../protocol/pages.ts';
import { isAuthentic } from '../log/authentic.ts';
import type { Replica } from '../log/replica.ts';

/** Messages that are asked for at the same time. */
const AT_ONCE = 64;

/** Undefined for what the service did not write. */
const recordOf = (replica: Replica, message: LogMessage): LogRecord | undefined => {
  const record = parseRecord(message.data, replica.subjects.isState(message.subject));
  return record !== undefined && isAuthentic(replica, message, record.prev) ? record : undefined;
};

const bySeq = (all: ReadonlyArray<Found>): ReadonlyMap<number, ReadonlyArray<Found>> => {
  const found = new Map<number, Found[]>();
  for (const one of all) {
    const known = found.get(one.seq);
    if (known === undefined) found.set(one.seq, [one]);
    else known.push(one);
  }
  return found;
};

const entriesOf = async (replica: Replica, seq: number, found: ReadonlyArray<Found>): Promise<Either<Refusal, ReadonlyArray<AuditEntry>>> => {
  const read = await replica.log.at(seq)();
  if (isLeft(read)) return left(refuse('unavailable', 'log'));
  const lines = indexedLines(isNone(read.right) ? undefined : recordOf(replica, read.right.value), found);
  return right(lines.map((line, i) => ({ ...line, entry: (found[i]?.entry ?? 0) as Count })));
};

/** In the order in which they are given, those of one message together. */
export const readEntries = async (replica: Replica, all: ReadonlyArray<Found>): Promise<Either<Refusal, ReadonlyArray<AuditEntry>>> => {
  const entries: AuditEntry[] = [];
  for (const some of await atOnce(AT_ONCE, [...bySeq(all)], ([seq, found]) => entriesOf(replica, seq, found))) {
    if (isLeft(some)) return some;
    entries.push(...some.right);
  }
  return right(entries);
};
