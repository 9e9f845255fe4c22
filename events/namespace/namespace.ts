/**
 * Namespaces: each has a key of its own, which wraps the keys of its secrets, and may have access keys: whoever holds one reads,
 * writes and deletes what stands directly in it.
 */
import * as t from 'io-ts';
import { command, event } from '../codec.ts';
import { Digest, Id, Namespace, Sequence } from '../vocabulary.ts';

export const CreateNamespace = command('namespace.create', { namespace: Namespace });
export const DeleteNamespace = command('namespace.delete', { namespace: Namespace });
/** An admin wants another key for it. */
export const RotateNamespaceKey = command('namespace.rotate', { namespace: Namespace });
/** After a delete, or on an admin's order: the key is replaced, so that copies of the old one open nothing that is written later. */
export const RekeyNamespace = command('namespace.rekey', { namespace: Namespace, old: Id, cause: Sequence });

/** Of an access key only its digest is stored; `key` is its name. */
const accessKey = { namespace: Namespace, key: Id, digest: Digest } as const;
/** A new namespace with its first access key, for whoever holds the shared secret. */
export const IssueNamespace = command('namespace.issue', accessKey);
/** An admin gives a namespace one more. */
export const IssueAccessKey = command('namespace.access-key.issue', accessKey);
export const RevokeAccessKey = command('namespace.access-key.revoke', { namespace: Namespace, key: Id });

/** Whose it is: `access-key` if it was made with one, by whoever may; what admins and tokens write would be read there by who holds it. */
export const NamespaceOwner = t.keyof({ admins: null, 'access-key': null }, 'NamespaceOwner');
export type NamespaceOwner = t.TypeOf<typeof NamespaceOwner>;

export const NamespaceCreated = event('NamespaceCreated', { namespace: Namespace, key: Id, owner: NamespaceOwner });
export const NamespaceKeyRetired = event('NamespaceKeyRetired', { namespace: Namespace, key: Id });
export const NamespaceKeyReplaced = event('NamespaceKeyReplaced', { namespace: Namespace, key: Id, old: Id, cause: Sequence });
export const NamespaceDeleted = event('NamespaceDeleted', { namespace: Namespace });
export const AccessKeyIssued = event('AccessKeyIssued', accessKey);
export const AccessKeyRevoked = event('AccessKeyRevoked', { namespace: Namespace, key: Id });

export const NamespaceEvent = t.union(
  [NamespaceCreated, NamespaceKeyRetired, NamespaceKeyReplaced, NamespaceDeleted, AccessKeyIssued, AccessKeyRevoked],
  'NamespaceEvent',
);
