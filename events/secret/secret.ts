/** Secrets: values with versions, described, disabled, deleted. The value itself is ciphertext beside the event. */
import * as t from 'io-ts';
import { command, event, orNull } from '../codec.ts';
import { Check, expectation } from '../expectation.ts';
import { Count, Digest, Id, Note, SecretPath, Sequence, ServiceName, Version } from '../vocabulary.ts';

/** `digest` is BLAKE2b-256 over a random 32-byte salt and the value; `ifVersion` the version that it may replace, 0 for none. */
export const WriteSecret = command('secret.write', {
  path: SecretPath,
  digest: Digest,
  description: orNull(Note),
  ifVersion: orNull(Count),
});
export const DescribeSecret = command('secret.describe', { path: SecretPath, description: Note });
/** The value of an older version becomes a new version. */
export const RollbackSecret = command('secret.rollback', { path: SecretPath, version: Version });
export const DisableSecret = command('secret.disable', { path: SecretPath });
export const EnableSecret = command('secret.enable', { path: SecretPath });
export const DeleteSecret = command('secret.delete', { path: SecretPath });
/** A service asked for a path without a value. */
export const StubSecret = command('secret.stub', {
  path: SecretPath,
  service: ServiceName,
  description: orNull(Note),
  ...expectation,
  read: Sequence,
});

export const SecretStubbed = event('SecretStubbed', { path: SecretPath, service: ServiceName, description: orNull(Note), ...expectation });
export const SecretWritten = event('SecretWritten', {
  path: SecretPath,
  version: Version,
  digest: Digest,
  key: Id,
  /** Length of the value in bytes: as visible as that of its ciphertext. */
  size: Count,
  description: orNull(Note),
  rollbackOf: orNull(Version),
  /** What the replica that had the value found of what services expect of it. Nobody can find it again from the log. */
  checks: t.readonlyArray(Check),
});
export const SecretDescribed = event('SecretDescribed', { path: SecretPath, description: Note });
export const SecretDisabled = event('SecretDisabled', { path: SecretPath });
export const SecretEnabled = event('SecretEnabled', { path: SecretPath });
export const SecretDeleted = event('SecretDeleted', { path: SecretPath, key: orNull(Id) });

export const SecretEvent = t.union(
  [SecretStubbed, SecretWritten, SecretDescribed, SecretDisabled, SecretEnabled, SecretDeleted],
  'SecretEvent',
);
