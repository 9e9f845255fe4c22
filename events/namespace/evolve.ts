import type { EventOf } from '../event.ts';
import { secretDeleted } from '../secret/evolve.ts';
import { namespaceOf } from '../vocabulary.ts';
import type { World } from '../world.ts';

export const namespaceCreated = (world: World, { namespace, key }: EventOf<'NamespaceCreated'>, now: number): void => {
  world.namespaces.set(namespace, { name: namespace, key, createdAt: now, rekeyFor: null });
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
  for (const secret of world.secrets.values())
    if (secret.status !== 'deleted' && namespaceOf(secret.path) === namespace) secretDeleted(world, secret.path, seq);
  world.namespaces.delete(namespace);
  world.doomed.set(known.key, { cause: seq, purpose: 'namespace', namespace });
};
