import type { Circumstances, Decide } from '../decider.ts';
import { happened, no, nothing } from '../decider.ts';
import type { Event } from '../event.ts';
import type { Id } from '../vocabulary.ts';
import { BOX_KEY_MS, currentKey, type Keyring, type World } from '../world.ts';
import type { KeyInfo, RotatedPurpose } from './keyring.ts';

/** Only the first event of a stream can make its keyring. */
export const createKeyring: Decide<'keyring.create'> = (world, { operation: _, ...facts }) =>
  world.keyring === null ? happened({ type: 'KeyringCreated', v: 1, ...facts }) : no('exists');

/** One that is wrapped by an operator's key of before would not open any more once that is forgotten. */
const added = ({ operatorKey }: Keyring, key: KeyInfo, { made }: Circumstances) =>
  made.key?.id === key.id && made.key.wrappedBy === operatorKey ? happened({ type: 'KeyAdded', v: 1, key }) : no('superseded');

/** Replicas that find a box key old at the same moment add one between them. */
const isYoung = (world: World, now: number): boolean => {
  const box = currentKey(world, 'box');
  return box !== undefined && now < box.addedAt + BOX_KEY_MS / 4;
};

export const addKey: Decide<'key.add'> = (world, { key }, circumstances) => {
  if (world.keyring === null) return no('not_found');
  if (key.purpose !== 'box') return no('role', key.purpose);
  return world.keyring.keys.has(key.id) || isYoung(world, circumstances.now) ? nothing : added(world.keyring, key, circumstances);
};

/** Only what was retired has a successor, and only one: what signs it, or knew it, is the key that it names as the old one. */
export const replaceKey: Decide<'key.replace'> = (world, { key, old }, circumstances) => {
  if (world.keyring === null) return no('not_found');
  if (world.keyring.keys.has(key.id)) return no('exists');
  const current = currentKey(world, key.purpose);
  return current?.id === old && current.retired ? added(world.keyring, key, circumstances) : nothing;
};

const retirement = (world: World, purpose: RotatedPurpose): ReadonlyArray<Event> => {
  const { keyring } = world;
  if (purpose === 'operator') return keyring === null || keyring.operatorRetired ? [] : [{ type: 'KeyRetired', v: 1, purpose, key: keyring.operatorKey }];
  const key = currentKey(world, purpose);
  return key === undefined || key.retired ? [] : [{ type: 'KeyRetired', v: 1, purpose, key: key.id }];
};

/** What is retired already waits for its successor: it is not retired again. */
export const rotateKeys: Decide<'key.rotate'> = (world, { purposes }) => happened(...[...new Set(purposes)].flatMap((purpose) => retirement(world, purpose)));

/** None that was replaced comes back: replicas that were started with different keys would replace each other's for ever. */
export const replaceOperatorKey: Decide<'operator-key.replace'> = ({ keyring }, { operatorKey }) => {
  if (keyring === null) return no('not_found');
  if (keyring.operatorKey === operatorKey) return nothing;
  return keyring.operatorKeys.has(operatorKey) ? no('exists') : happened({ type: 'OperatorKeyReplaced', v: 1, operatorKey });
};

/** Keys are destroyed for a cause that was folded as valid, and exactly those. The current key of a purpose never is. */
export const destroyKeys: Decide<'keys.destroy'> = (world, { keys, cause }) => {
  const isDoomed = (id: Id): boolean => world.doomed.get(id)?.cause === cause && id !== currentKey(world, 'root')?.id;
  return keys.length > 0 && keys.every(isDoomed) ? happened({ type: 'KeysDestroyed', v: 1, keys, cause }) : nothing;
};
