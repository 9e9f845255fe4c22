/** A line of the audit log, from the index, which says what became of an entry, and the log, which says what it was. */
import type { LogRecord } from '../events/record.ts';
import { Count, type Sequence, Version } from '../events/vocabulary.ts';
import type { Found } from '../projections/audit/search.ts';
import { isoTime, type About, type AuditLine } from '../protocol/audit-line.ts';
import { about } from './about.ts';
import { type Entry, entriesOf } from './entries.ts';
import { signatureHolds, signedOf } from './verify.ts';

/** What the index alone can say. */
const bare = ({ seq, at, kind }: Found): Pick<AuditLine, 'seq' | 'at' | 'what' | 'about' | 'outcome'> => {
  const { service, path, version } = kind;
  const place = path === null ? {} : path.endsWith('/') ? { target: path } : { path };
  return { seq: seq as Sequence, at: isoTime(at), what: kind.what, outcome: kind.outcome, about: about({ service, ...place, ...(version === null ? {} : { version }) }) };
};

const because = ({ kind: { reason, detail } }: Found): Pick<AuditLine, 'reason' | 'detail'> => ({
  ...(reason === null ? {} : { reason }),
  ...(detail === null ? {} : { detail }),
});

const given = ({ at, kind: { version, offline, count } }: Found): About => ({
  ...(Count.is(count) ? { count } : {}),
  ...(Version.is(version) ? { version } : {}),
  ...(offline === null ? {} : { offlineUntil: isoTime(at + offline) }),
});

/** A signature costs 100 µs: it is looked at once for each record. */
const isWronglySigned = (record: LogRecord): boolean => {
  const signed = signedOf(record);
  return signed !== undefined && !signatureHolds(signed);
};

const lineOf = (found: Found, { read: _read, namespace: _namespace, refused: _refused, ...said }: Entry, isWrong: boolean): AuditLine => ({
  ...bare(found),
  ...said,
  about: { ...said.about, ...given(found) },
  ...because(found),
  verified: isWrong ? 'wrong signature' : 'mac',
  ...(isWrong ? { finding: 'wrong signature' as const } : {}),
});

/** The log does not have any more what was folded: somebody has altered it. */
const altered = (found: Found): AuditLine => ({ ...bare(found), ...because(found), verified: 'unverified', finding: 'history changed' });

/**
 * The lines of the entries of one message.
 * @param record undefined if the log has none there, or none whose MAC is right
 */
export const indexedLines = (record: LogRecord | undefined, all: ReadonlyArray<Found>): ReadonlyArray<AuditLine> => {
  const entries = record === undefined ? [] : entriesOf(record);
  const isWrong = record !== undefined && isWronglySigned(record);
  return all.map((found) => {
    // Nothing is believed of what nobody with the log key wrote, also not what it was about.
    if (found.kind.what === 'message') return { ...bare(found), ...because(found), verified: 'unverified' };
    const entry = entries[found.entry];
    return entry?.what === found.kind.what ? lineOf(found, entry, isWrong) : altered(found);
  });
};
