import type { Decide } from '../decider.ts';
import { happened, no, nothing } from '../decider.ts';
import type { Made } from '../record.ts';
import type { Digest, Id, Namespace } from '../vocabulary.ts';
import { currentKey, isAccessKeyOf, type World } from '../world.ts';

/** A namespace's key must be wrapped by the root key of now: one wrapped by a root that was replaced since would go with it. */
const keyOfNow = (world: World, { key }: Made): Id | undefined => (key?.wrappedBy === currentKey(world, 'root')?.id ? key?.id : undefined);

export const createNamespace: Decide<'namespace.create'> = (world, { namespace }, { made }) => {
  if (world.namespaces.has(namespace)) return nothing;
  const key = keyOfNow(world, made);
  return key === undefined ? no('superseded') : happened({ type: 'NamespaceCreated', v: 1, namespace, key, owner: 'admins' });
};

type Issued = { readonly namespace: Namespace; readonly key: Id; readonly digest: Digest };
const accessKeyIssued = ({ namespace, key, digest }: Issued) => ({ type: 'AccessKeyIssued', v: 1, namespace, key, digest }) as const;

/** Each costs a key, a subject and room in every fold, and they are made without an admin. */
export const ISSUED_NAMESPACES_MAX = 10_000;

/** Whoever holds the shared secret makes namespaces, and gets into none that is there: not even into one that an admin made. */
export const issueNamespace: Decide<'namespace.issue'> = (world, issued, { made }) => {
  const { namespace, digest } = issued;
  if (world.namespaces.has(namespace)) return no('exists', namespace);
  if (world.accessKeys.has(digest)) return no('exists', 'the access key');
  if (world.issued.size >= ISSUED_NAMESPACES_MAX) return no('too_many', 'namespaces that were made with an access key');
  const key = keyOfNow(world, made);
  return key === undefined ? no('superseded') : happened({ type: 'NamespaceCreated', v: 1, namespace, key, owner: 'access-key' }, accessKeyIssued(issued));
};

export const ACCESS_KEYS_MAX = 16;

/** A key opens one namespace, so that what it opens is found by its digest. */
export const issueAccessKey: Decide<'namespace.access-key.issue'> = (world, issued) => {
  const { namespace, key, digest } = issued;
  const known = world.namespaces.get(namespace);
  if (known === undefined) return no('not_found', namespace);
  if (isAccessKeyOf(world, namespace, key) || world.accessKeys.has(digest)) return no('exists', 'the access key');
  return known.accessKeys.length >= ACCESS_KEYS_MAX ? no('too_many', namespace) : happened(accessKeyIssued(issued));
};

export const revokeAccessKey: Decide<'namespace.access-key.revoke'> = (world, { namespace, key }) =>
  isAccessKeyOf(world, namespace, key)
    ? happened({ type: 'AccessKeyRevoked', v: 1, namespace, key })
    : no('not_found', `access key ${key} of ${namespace}`);

export const deleteNamespace: Decide<'namespace.delete'> = (world, { namespace }) =>
  world.namespaces.has(namespace) ? happened({ type: 'NamespaceDeleted', v: 1, namespace }) : no('not_found', namespace);

/** One that is to be replaced already is not ordered again. */
export const rotateNamespaceKey: Decide<'namespace.rotate'> = (world, { namespace }) => {
  const known = world.namespaces.get(namespace);
  if (known === undefined) return no('not_found', namespace);
  return known.rekeyFor === null ? happened({ type: 'NamespaceKeyRetired', v: 1, namespace, key: known.key }) : nothing;
};

export const rekeyNamespace: Decide<'namespace.rekey'> = (world, { namespace, old, cause }, { made }) => {
  const known = world.namespaces.get(namespace);
  // Gone, or replaced already: by another replica, or for a later delete.
  if (known?.key !== old || known.rekeyFor !== cause) return nothing;
  const key = keyOfNow(world, made);
  return key === undefined ? no('superseded') : happened({ type: 'NamespaceKeyReplaced', v: 1, namespace, key, old, cause });
};
