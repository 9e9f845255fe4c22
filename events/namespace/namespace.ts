/** Namespaces: each has a key of its own, which wraps the keys of its secrets. */
import * as t from 'io-ts';
import { command, event } from '../codec.ts';
import { Id, Namespace, Sequence } from '../vocabulary.ts';

export const CreateNamespace = command('namespace.create', { namespace: Namespace });
export const DeleteNamespace = command('namespace.delete', { namespace: Namespace });
/** An admin wants another key for it. */
export const RotateNamespaceKey = command('namespace.rotate', { namespace: Namespace });
/** After a delete, or on an admin's order: the key is replaced, so that copies of the old one open nothing that is written later. */
export const RekeyNamespace = command('namespace.rekey', { namespace: Namespace, old: Id, cause: Sequence });

export const NamespaceCreated = event('NamespaceCreated', { namespace: Namespace, key: Id });
export const NamespaceKeyRetired = event('NamespaceKeyRetired', { namespace: Namespace, key: Id });
export const NamespaceKeyReplaced = event('NamespaceKeyReplaced', { namespace: Namespace, key: Id, old: Id, cause: Sequence });
export const NamespaceDeleted = event('NamespaceDeleted', { namespace: Namespace });

export const NamespaceEvent = t.union([NamespaceCreated, NamespaceKeyRetired, NamespaceKeyReplaced, NamespaceDeleted], 'NamespaceEvent');
