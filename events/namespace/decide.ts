import type { Decide } from '../decider.ts';
import { happened, no, nothing } from '../decider.ts';
import { currentKey } from '../world.ts';

/** Its key must be wrapped by the root key of now: one wrapped by a root that was replaced since would go with it. */
export const createNamespace: Decide<'namespace.create'> = (world, { namespace }, { made }) => {
  if (world.namespaces.has(namespace)) return nothing;
  if (made.key === null || made.key.wrappedBy !== currentKey(world, 'root')?.id) return no('superseded');
  return happened({ type: 'NamespaceCreated', v: 1, namespace, key: made.key.id });
};

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
  if (made.key === null || made.key.wrappedBy !== currentKey(world, 'root')?.id) return no('superseded');
  return happened({ type: 'NamespaceKeyReplaced', v: 1, namespace, key: made.key.id, old, cause });
};
