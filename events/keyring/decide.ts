import type { Decide } from '../decider.ts';
import { happened, no, nothing } from '../decider.ts';
import type { Id } from '../vocabulary.ts';
import { currentKey } from '../world.ts';

/** Only the first event of a stream can make its keyring. */
export const createKeyring: Decide<'keyring.create'> = (world, { operation: _, ...facts }) =>
  world.keyring === null ? happened({ type: 'KeyringCreated', v: 1, ...facts }) : no('exists');

/** One that is wrapped by an operator's key of before would not open any more once that is forgotten. */
export const addKey: Decide<'key.add'> = (world, { key }, { made }) => {
  if (world.keyring === null) return no('not_found');
  if (world.keyring.keys.has(key.id)) return nothing;
  const isWrapped = made.key?.id === key.id && made.key.wrappedBy === world.keyring.operatorKey;
  return isWrapped ? happened({ type: 'KeyAdded', v: 1, key }) : no('superseded');
};

/** A new root key, and a new operator's key where the key file is ours. The old root goes once everything is wrapped again. */
export const rotateKeys: Decide<'key.rotate'> = (world, _, { made }) => {
  if (world.keyring === null || made.key === null) return no('not_found');
  if (world.keyring.keys.has(made.key.id)) return no('exists');
  if (made.key.wrappedBy !== (made.operatorKey ?? world.keyring.operatorKey)) return no('superseded');
  const key = { id: made.key.id, purpose: 'root', public: null, signature: null } as const;
  const operator = made.operatorKey === null ? [] : [{ type: 'OperatorKeyReplaced', v: 1, operatorKey: made.operatorKey } as const];
  return happened({ type: 'KeyAdded', v: 1, key }, ...operator);
};

export const replaceOperatorKey: Decide<'operator-key.replace'> = (world, { operatorKey }) =>
  world.keyring?.operatorKey === operatorKey ? nothing : happened({ type: 'OperatorKeyReplaced', v: 1, operatorKey });

/** Keys are destroyed for a cause that was folded as valid, and exactly those. The current key of a purpose never is. */
export const destroyKeys: Decide<'keys.destroy'> = (world, { keys, cause }) => {
  const isDoomed = (id: Id): boolean => world.doomed.get(id)?.cause === cause && id !== currentKey(world, 'root')?.id;
  return keys.length > 0 && keys.every(isDoomed) ? happened({ type: 'KeysDestroyed', v: 1, keys, cause }) : nothing;
};
