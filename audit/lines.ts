/** From a folded message to the lines about it. */
import type { Folded, Verdict } from '../events/fold/verdict.ts';
import { parseRecord } from '../events/fold/accept.ts';
import type { LogMessage } from '../events/log/log.ts';
import type { LogRecord } from '../events/record.ts';
import type { Outcome } from '../events/read/decide.ts';
import type { NamespaceOutcome } from '../events/read/namespace.ts';
import { type Count, Note, type Sequence, type Version } from '../events/vocabulary.ts';
import { type Entry, entriesOf } from './entries.ts';
import { type AuditLine, type Finding, isoTime, type Verified } from '../protocol/audit-line.ts';
import type { Excluded, Judgement } from './resolve.ts';
import { signatureHolds, signedOf } from './verify.ts';

/** How the message was judged: with the log key, or else by what later records name; then `excluded` says why it does not count. */
export type Evidence = { readonly by: 'key' } | ({ readonly by: 'look-ahead' } & Judgement);

type Result = Pick<AuditLine, 'outcome' | 'reason' | 'detail'>;
type Skipped = Extract<Verdict, { _tag: 'skipped' }>['why'];

/** Why a message has no effect, as a code that scripts can rely on. */
const reasons: { readonly [W in Skipped | Excluded]: string } = {
  mac: 'forged',
  signature: 'forged',
  key: 'unknown_key',
  unaccepted: 'not_accepted_by_any_writer',
  history: 'other_history',
  prev: 'published_again',
  shape: 'unreadable',
  subject: 'unknown_subject',
};

type Read = Extract<Verdict, { _tag: 'read' }>;

const outcomeOf = ({ outcomes, namespaces }: Read, { read, namespace }: Entry): Outcome | NamespaceOutcome | undefined =>
  read === undefined ? namespaces[namespace ?? -1] : outcomes[read[0]]?.[read[1]];

const ofRead = (verdict: Read, entry: Entry): Result => {
  if (entry.refused !== undefined) return { outcome: 'refused', reason: entry.refused };
  if (entry.read === undefined && entry.namespace === undefined) return { outcome: 'done' };
  const outcome = outcomeOf(verdict, entry);
  if (outcome === undefined) return { outcome: 'refused' };
  return outcome.result === 'refused' ? { outcome: 'refused', reason: outcome.reason } : { outcome: outcome.result };
};

const resultOf = (verdict: Verdict, entry: Entry, evidence: Evidence): Result => {
  switch (verdict._tag) {
    case 'state':
      return { outcome: 'done' };
    case 'read':
      return ofRead(verdict, entry);
    case 'void': {
      const { code, detail } = verdict.refusal;
      return { outcome: 'void', reason: code, ...(detail === undefined ? {} : { detail }) };
    }
    case 'skipped':
      return { outcome: 'skipped', reason: reasons[(evidence.by === 'look-ahead' ? evidence.excluded : undefined) ?? verdict.why] };
    case 'halted':
      return { outcome: 'halted' };
  }
};

const isAccepted = ({ _tag }: Verdict): boolean => _tag === 'state' || _tag === 'read' || _tag === 'void';

const verifiedOf = (verdict: Verdict, record: LogRecord, evidence: Evidence): Verified => {
  const signed = signedOf(record);
  // A signature costs 100 µs: the look-ahead has checked it already.
  const holds = signed === undefined || (evidence.by === 'key' ? signatureHolds(signed) : !evidence.badlySigned);
  if (!holds) return 'wrong signature';
  if (!isAccepted(verdict)) return 'unverified';
  if (evidence.by === 'key') return 'mac';
  return signed === undefined ? 'unverified' : 'signature';
};

/** A forged record has no effect and is no finding; one that counts without its signature is. */
const findingOf = (verdict: Verdict, verified: Verified, evidence: Evidence): Finding | undefined => {
  if (verdict._tag === 'halted') return verdict.why;
  if (verified === 'wrong signature' && isAccepted(verdict)) return 'wrong signature';
  return evidence.by === 'look-ahead' && evidence.excluded === 'history' ? 'other history' : undefined;
};

type Place = Pick<AuditLine, 'seq' | 'at'>;

const lineOf = (place: Place, verdict: Verdict, entry: Entry, evidence: Evidence, verified: Verified): AuditLine => {
  const { read: _read, namespace: _namespace, refused: _refused, ...said } = entry;
  const given = verdict._tag === 'read' ? givenBy(outcomeOf(verdict, entry)) : {};
  const finding = findingOf(verdict, verified, evidence);
  const result = resultOf(verdict, entry, evidence);
  return { ...place, ...said, about: { ...said.about, ...given }, ...result, verified, ...(finding === undefined ? {} : { finding }) };
};

/** Which version, or how many values. */
const givenBy = (outcome: Outcome | NamespaceOutcome | undefined): AuditLine['about'] => {
  if (outcome === undefined || outcome.result === 'refused') return {};
  if ('present' in outcome) return { count: outcome.present.length as Count };
  const until = outcome.result === 'allowed' && outcome.offlineUntil !== null ? { offlineUntil: isoTime(outcome.offlineUntil) } : {};
  return { version: outcome.version.version as Version, ...until };
};

/** A subject is the only thing known of what cannot be read, and anybody can have chosen it. */
const unreadable = ({ subject }: LogMessage): Entry => ({ what: 'message', about: Note.is(subject) ? { subject } : {} });

/**
 * One line for each event, each path of a read and each read of a namespace, also of what is void or forged: then its names are those that it claims.
 * A message without any, or that cannot be read, is one line.
 */
export const linesOf = (message: LogMessage, { seq, now, verdict }: Folded, evidence: Evidence): ReadonlyArray<AuditLine> => {
  const place = { seq: seq as Sequence, at: isoTime(now) };
  const record = 'record' in verdict ? verdict.record : (parseRecord(message.data, true) ?? parseRecord(message.data, false));
  if (record === undefined) return [lineOf(place, verdict, unreadable(message), evidence, 'unverified')];
  const verified = verifiedOf(verdict, record, evidence);
  // The rest of a log that cannot be judged any more is one line, whatever it says.
  const entries = verdict._tag === 'halted' ? [] : entriesOf(record);
  return (entries.length === 0 ? [unreadable(message)] : entries).map((entry) => lineOf(place, verdict, entry, evidence, verified));
};
