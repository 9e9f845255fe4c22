import type { EventOf } from '../event.ts';
import type { Fingerprint, Id } from '../vocabulary.ts';
import type { Key, Keyring, World } from '../world.ts';
import { currentKey } from '../world.ts';
import { adminAdded } from '../admin/evolve.ts';
import type { KeyInfo } from './keyring.ts';

const change = (world: World, to: Partial<Keyring>): void => {
  if (world.keyring !== null) world.keyring = { ...world.keyring, ...to };
};

const keysOf = (world: World): ReadonlyArray<Key> => [...(world.keyring?.keys.values() ?? [])];
const named = (keys: ReadonlyArray<Key>): Keyring['keys'] => new Map(keys.map((key) => [key.id, key]));
const fresh = (key: KeyInfo, addedAt: number): Key => ({ ...key, addedAt, retired: false, until: null });

export const keyringCreated = (world: World, event: EventOf<'KeyringCreated'>, now: number, seq: number): void => {
  const { keyring: id, operatorKey } = event;
  const keys = named(event.keys.map((key) => fresh(key, now)));
  world.keyring = { id, operatorKey, operatorKeys: new Map([[operatorKey, now]]), operatorRetired: false, keys };
  adminAdded(world, { admin: event.admin, key: event.adminKey, role: 'admin' }, now, seq, null);
};

/** What an admin had replaced is not accepted any more, nor is what was in use before it. */
const allRetired = (keys: ReadonlyArray<Key>, before: Key): ReadonlyArray<Key> =>
  before.retired ? keys.map((key) => (key.purpose === before.purpose ? { ...key, retired: true } : key)) : keys;

/** Writers that have not heard of the new log key yet go on for a moment; who has stolen the old one does not. */
const LOG_KEY_MS = 60_000;

const ending = (keys: ReadonlyArray<Key>, { purpose }: Key, now: number): ReadonlyArray<Key> =>
  purpose === 'log' ? keys.map((key) => (key.purpose === 'log' && key.until === null ? { ...key, until: now + LOG_KEY_MS } : key)) : keys;

/** A root or box key that has a successor is needed only until what it wraps is wrapped again, or its day is over. */
export const keyAdded = (world: World, { key }: EventOf<'KeyAdded'>, now: number, seq: number): void => {
  const before = currentKey(world, key.purpose);
  if (before !== undefined && (key.purpose === 'root' || key.purpose === 'box'))
    world.doomed.set(before.id, { cause: seq, purpose: key.purpose, namespace: null });
  const keys = before === undefined ? keysOf(world) : ending(allRetired(keysOf(world), before), before, now);
  change(world, { keys: named([...keys, fresh(key, now)]) });
};

export const keyRetired = (world: World, { purpose, key: retired }: EventOf<'KeyRetired'>): void => {
  if (purpose === 'operator') change(world, { operatorRetired: true });
  else change(world, { keys: named(keysOf(world).map((key) => (key.id === retired ? { ...key, retired: true } : key))) });
};

export const operatorKeyReplaced = (world: World, operatorKey: Fingerprint, now: number): void => {
  if (world.keyring === null) return;
  const operatorKeys = new Map([...world.keyring.operatorKeys, [operatorKey, now] as const]);
  change(world, { operatorKey, operatorKeys, operatorRetired: false });
};

export const keysDestroyed = (world: World, ids: ReadonlyArray<Id>): void => {
  for (const id of ids) world.doomed.delete(id);
  change(world, { keys: named(keysOf(world).filter(({ id }) => !ids.includes(id))) });
};
