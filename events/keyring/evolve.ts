import type { EventOf } from '../event.ts';
import type { Fingerprint, Id } from '../vocabulary.ts';
import type { Keyring, World } from '../world.ts';
import { currentKey } from '../world.ts';
import type { KeyInfo } from './keyring.ts';

const withKeys = (world: World, change: Partial<Keyring> & Pick<Keyring, 'keys'>): void => {
  if (world.keyring !== null) world.keyring = { ...world.keyring, ...change };
};

const entry = (key: KeyInfo, addedAt: number) => [key.id, { ...key, addedAt }] as const;

export const keyringCreated = (world: World, event: EventOf<'KeyringCreated'>, now: number): void => {
  const keys = new Map(event.keys.map((key) => entry(key, now)));
  world.keyring = { id: event.keyring, operatorKey: event.operatorKey, keys };
  world.admins.set(event.admin, { name: event.admin, role: 'admin', keys: new Set([event.adminKey]), addedAt: now });
};

/** A root or box key that has a successor is needed only until what it wraps is wrapped again, or its day is over. */
export const keyAdded = (world: World, { key }: EventOf<'KeyAdded'>, now: number, seq: number): void => {
  const before = currentKey(world, key.purpose);
  if (before !== undefined && (key.purpose === 'root' || key.purpose === 'box'))
    world.doomed.set(before.id, { cause: seq, purpose: key.purpose, namespace: null });
  withKeys(world, { keys: new Map([...(world.keyring?.keys ?? []), entry(key, now)]) });
};

export const operatorKeyReplaced = (world: World, operatorKey: Fingerprint): void => {
  if (world.keyring !== null) world.keyring = { ...world.keyring, operatorKey };
};

export const keysDestroyed = (world: World, ids: ReadonlyArray<Id>): void => {
  for (const id of ids) world.doomed.delete(id);
  withKeys(world, { keys: new Map([...(world.keyring?.keys ?? [])].filter(([id]) => !ids.includes(id))) });
};
