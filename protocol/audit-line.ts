/** One line of the audit log: what `--json` prints. It holds names and descriptions, never a value nor a ciphertext. */
import * as t from 'io-ts';
import { RotatedPurpose } from '../events/keyring/keyring.ts';
import { AdminName, ClientInfo, Count, Fingerprint, Id, Milliseconds, Namespace, Note, Role, SecretPath, Sequence, ServiceName, Target, TokenRole, Version } from '../events/vocabulary.ts';

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
/** A time as `2026-01-31T10:00:00.000Z`. */
export const IsoTime = t.refinement(t.string, (text) => ISO.test(text), 'IsoTime');

const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
/** Milliseconds since 1970 UTC as text; what is later than the year 9999, which anybody can write, becomes its end. */
export const isoTime = (ms: number): string => new Date(Math.min(Math.max(ms, 0), LAST_MS)).toISOString();

/** `service process`: what the service does by itself. `credential` names the key or token that was used; `token` the API token of that name; an access key has its own name alone. */
export const Who = t.exact(
  t.intersection([
    t.type({ kind: t.keyof({ admin: null, token: null, service: null, 'access key': null, 'service process': null }), name: t.string }),
    t.partial({ credential: Fingerprint, token: Id }),
  ]),
  'Who',
);
export type Who = t.TypeOf<typeof Who>;

/** `duration` is in milliseconds; `since` and `until` the beginning and the end of what is summed up; `from` and `to` are sequences. */
export const About = t.exact(
  t.partial({
    path: SecretPath,
    target: Target,
    service: ServiceName,
    namespace: Namespace,
    admin: AdminName,
    fingerprint: Fingerprint,
    version: Version,
    rollbackOf: Version,
    role: t.union([Role, TokenRole]),
    /** An API token, by its id, and what it is called or a key is. */
    token: Id,
    label: Note,
    once: t.boolean,
    duration: Milliseconds,
    offline: Milliseconds,
    /** Of a read: how long its value may be used while nobody can be asked. */
    offlineUntil: IsoTime,
    purpose: RotatedPurpose,
    keyId: Id,
    count: Count,
    since: IsoTime,
    until: IsoTime,
    from: Sequence,
    to: Sequence,
    subject: Note,
    /** Of a command that changed nothing. */
    operation: t.string,
  }),
  'About',
);
export type About = t.TypeOf<typeof About>;

/**
 * done: an event that counts · allowed, refused, spending: a read; `spending` was allowed only if `access.consumed` follows ·
 * void: genuine, but decided again to nothing · skipped: forged, or published again · missing: not in the log any more ·
 * halted: nothing after it can be judged · withdrawn: lines from there on are replaced by those that follow
 */
export const Outcome = t.keyof(
  { done: null, allowed: null, refused: null, spending: null, void: null, skipped: null, missing: null, halted: null, withdrawn: null },
  'Outcome',
);
export type Outcome = t.TypeOf<typeof Outcome>;

/**
 * mac: made by the service, whose log key the auditor has; the signature of an admin is then checked as well · signature: signed
 * by the admin · unverified: neither could be checked · wrong signature: not signed by the admin whom it names
 */
export const Verified = t.keyof({ mac: null, signature: null, unverified: null, 'wrong signature': null }, 'Verified');
export type Verified = t.TypeOf<typeof Verified>;

/** What nobody can explain away: the log is not what the service wrote, or the service wrote what it never should. */
export const Finding = t.keyof(
  { 'wrong signature': null, 'other history': null, 'history changed': null, 'unknown event': null, 'messages missing': null, 'judged anew': null },
  'Finding',
);
export type Finding = t.TypeOf<typeof Finding>;

/** `at` is the time in the log; `note` the words of who caused it; `reason` a code; `detail` names what the reason is about. */
export const AuditLine = t.exact(
  t.intersection([
    t.type({ seq: Sequence, at: IsoTime, what: t.string, about: About, outcome: Outcome, verified: Verified }),
    t.partial({ who: Who, reason: t.string, detail: t.string, note: Note, requestId: Id, client: ClientInfo, finding: Finding }),
  ]),
  'AuditLine',
);
export type AuditLine = t.TypeOf<typeof AuditLine>;
