import type { EventOf } from '../event.ts';
import { secretDeleted } from '../secret/evolve.ts';
import { namespaceOf } from '../vocabulary.ts';
import type { NamespaceState, World } from '../world.ts';

/** Keeps a namespace, and finds its access keys by their digests. */
export const setNamespace = (world: World, namespace: NamespaceState): void => {
  world.namespaces.set(namespace.name, namespace);
  if (namespace.owner === 'access-key') world.issued.add(namespace.name);
  for (const { id, digest } of namespace.accessKeys) world.accessKeys.set(digest, { namespace: namespace.name, id });
};

export const namespaceCreated = (world: World, { namespace, key, owner }: EventOf<'NamespaceCreated'>, now: number): void => {
  setNamespace(world, { name: namespace, key, owner, createdAt: now, rekeyFor: null, accessKeys: [] });
};

export const accessKeyIssued = (world: World, { namespace, key, digest }: EventOf<'AccessKeyIssued'>, issuedBy: number | null): void => {
  const known = world.namespaces.get(namespace);
  if (known !== undefined) setNamespace(world, { ...known, accessKeys: [...known.accessKeys, { id: key, digest, issuedBy }] });
};

const forgetKeys = (world: World, keys: NamespaceState['accessKeys']): void => {
  for (const { digest } of keys) world.accessKeys.delete(digest);
};

export const accessKeyRevoked = (world: World, { namespace, key }: EventOf<'AccessKeyRevoked'>): void => {
  const known = world.namespaces.get(namespace);
  if (known === undefined) return;
  forgetKeys(world, known.accessKeys.filter(({ id }) => id === key));
  world.namespaces.set(namespace, { ...known, accessKeys: known.accessKeys.filter(({ id }) => id !== key) });
};

export const namespaceKeyRetired = (world: World, { namespace }: EventOf<'NamespaceKeyRetired'>, seq: number): void => {
  const known = world.namespaces.get(namespace);
  if (known !== undefined) world.namespaces.set(namespace, { ...known, rekeyFor: seq });
};

export const namespaceKeyReplaced = (world: World, { namespace, key, old }: EventOf<'NamespaceKeyReplaced'>, seq: number): void => {
  const known = world.namespaces.get(namespace);
  if (known === undefined) return;
  world.namespaces.set(namespace, { ...known, key, rekeyFor: null });
  world.doomed.set(old, { cause: seq, purpose: 'namespace', namespace });
};

/** Everything directly in it goes with it; namespaces below it are namespaces of their own. */
export const namespaceDeleted = (world: World, { namespace }: EventOf<'NamespaceDeleted'>, seq: number): void => {
  const known = world.namespaces.get(namespace);
  if (known === undefined) return;
  // All of it at once, and not one by one out of a long list.
  world.contents.delete(namespace);
  for (const secret of world.secrets.values())
    if (secret.status !== 'deleted' && namespaceOf(secret.path) === namespace) secretDeleted(world, secret.path, seq);
  forgetKeys(world, known.accessKeys);
  world.namespaces.delete(namespace);
  world.issued.delete(namespace);
  world.doomed.set(known.key, { cause: seq, purpose: 'namespace', namespace });
};
