/** Access of a service to a path or a prefix: for ever, until a time, or once. */
import * as t from 'io-ts';
import { command, event, orNull } from '../codec.ts';
import { expectation } from '../expectation.ts';
import { Fingerprint, Id, Milliseconds, Note, SecretPath, Sequence, ServiceName, Target } from '../vocabulary.ts';

/** The read that led to this: its place in the log and which of the reads in that message. */
export const ReadRef = t.strict({ seq: Sequence, id: Id }, 'ReadRef');
export type ReadRef = t.TypeOf<typeof ReadRef>;

/** A service asked, and was refused. */
export const RequestAccess = command('access.request', {
  service: ServiceName,
  target: SecretPath,
  description: orNull(Note),
  ...expectation,
  read: ReadRef,
});
/** A service asked for what it may read, or has asked for already, and expects something else of the value. */
export const ExpectValue = command('access.expect', { service: ServiceName, target: SecretPath, ...expectation, read: ReadRef });
/** A read spends a grant that was for one read. */
export const ConsumeAccess = command('access.consume', {
  service: ServiceName,
  credential: Fingerprint,
  target: Target,
  path: SecretPath,
  read: ReadRef,
});

/**
 * `seen`: as for credentials. `duration`: in milliseconds from the grant's own time in the log; null for ever.
 * `offline`: for how long after a read the value may be used while the service cannot be reached; null for not at all.
 */
const decision = { service: ServiceName, target: Target, seen: Sequence, reason: orNull(Note) } as const;
const grant = { duration: orNull(Milliseconds), once: t.boolean, offline: orNull(Milliseconds) } as const;
export const GrantAccess = command('access.grant', { ...decision, ...grant });
export const DenyAccess = command('access.deny', decision);
export const RevokeAccess = command('access.revoke', decision);

const about = { service: ServiceName, target: Target } as const;
export const AccessRequested = event('AccessRequested', { ...about, description: orNull(Note), ...expectation });
export const ExpectationChanged = event('ExpectationChanged', { service: ServiceName, target: SecretPath, ...expectation });
export const AccessGranted = event('AccessGranted', { ...about, ...grant, reason: orNull(Note) });
export const AccessDenied = event('AccessDenied', { ...about, reason: orNull(Note) });
export const AccessRevoked = event('AccessRevoked', { ...about, reason: orNull(Note) });
export const AccessConsumed = event('AccessConsumed', {
  ...about,
  credential: Fingerprint,
  path: SecretPath,
  read: ReadRef,
});

export const AccessEvent = t.union([AccessRequested, ExpectationChanged, AccessGranted, AccessDenied, AccessRevoked, AccessConsumed], 'AccessEvent');
