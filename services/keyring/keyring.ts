/** Keys, unwrapped when they are needed: the operator's key opens the keyring, the root key namespaces, those their secrets. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import type { LRUCache } from 'lru-cache';
import { randomId } from '../../crypto/random.ts';
import type { Redacted } from '../../crypto/redacted.ts';
import { unwrapKey, wrapKey } from '../../crypto/wrap.ts';
import { Fingerprint, type Id } from '../../events/vocabulary.ts';
import { failure, type Failure } from '../failure.ts';
import { latest } from '../latest.ts';
import type { KeyStore, WrappedPurpose } from './key-store.ts';
import type { OperatorKeys } from './operator-key.ts';

type Bytes = Redacted<Uint8Array>;
type Answer<A> = Promise<Either<Failure, A>>;

export type Keyring = {
  readonly operator: OperatorKeys;
  readonly store: KeyStore;
  /** The key of that name, or why it cannot be had: destroyed, or wrapped by a key that is not here. */
  readonly open: (id: string) => Answer<Bytes>;
  /** The same if it was opened before and is still remembered. */
  readonly opened: (id: string) => Bytes | undefined;
  /** Stores a key under a new name. */
  readonly add: (purpose: WrappedPurpose, wrappedBy: Id | Fingerprint, key: Bytes) => Answer<Id>;
  /** Wraps a stored key by another one, if the one that wraps it was replaced: what is newer than we know stays. */
  readonly rewrap: (id: string, wrappedBy: Id | Fingerprint, isReplaced: (wrappedBy: string) => boolean) => Answer<void>;
  /** Forgets keys that were destroyed, here or by another replica; over the keyring's own, which open the most, it writes zeros. */
  readonly forget: (ids: ReadonlyArray<string>) => void;
  readonly destroy: (id: string) => Answer<void>;
};

// 10,000 keys of 32 bytes; the rest is unwrapped again when it is needed.
const REMEMBERED = 10_000;

const gone = (id: string): Failure => failure('missing', `key ${id} is not there`, 'it was destroyed, or the bucket of keys was restored from an older copy');
const locked = (id: string): Failure => failure('config', `key ${id} does not open with this operator key`, 'start with the operator key of this installation');

/** The keyring's own keys, few and always needed, are never pushed out by those of secrets. */
type Remembered = { readonly own: Map<string, Bytes>; readonly others: LRUCache<string, Bytes> };

type Parts = { readonly store: KeyStore; readonly operator: OperatorKeys; readonly remembered: Remembered };

const remember = ({ remembered }: Parts, purpose: WrappedPurpose, id: string, key: Bytes): void => {
  if (purpose === 'namespace' || purpose === 'secret') remembered.others.set(id, key);
  else remembered.own.set(id, key);
};

const recall = ({ remembered }: Parts, id: string): Bytes | undefined => remembered.own.get(id) ?? remembered.others.get(id);

const wrapping = async (parts: Parts, by: string): Answer<Bytes> => {
  if (!Fingerprint.is(by)) return open(parts, by);
  const key = parts.operator.keyFor(by);
  return key === undefined ? left(locked(by)) : right(key);
};

/**
 * @param before the key that wrapped it a moment ago, and is gone: between two looks another replica may have wrapped it by
 * another key, and destroyed that one
 */
const unwrap = async (parts: Parts, id: string, before?: string): Answer<Bytes> => {
  const stored = await parts.store.get(id);
  if (isLeft(stored)) return stored;
  if (stored.right === undefined || stored.right.key.wrappedBy === before) return left(gone(before ?? id));
  const { purpose, wrappedBy, sealed } = stored.right.key;
  const by = await wrapping(parts, wrappedBy);
  if (isLeft(by)) return by.left.kind === 'missing' ? unwrap(parts, id, wrappedBy) : by;
  const key = unwrapKey(by.right, sealed, { id, purpose, wrappedBy });
  if (key === undefined) return left(locked(id));
  remember(parts, purpose, id, key);
  return right(key);
};

const open = async (parts: Parts, id: string): Answer<Bytes> => {
  const known = recall(parts, id);
  return known === undefined ? unwrap(parts, id) : right(known);
};

const add = async (parts: Parts, purpose: WrappedPurpose, wrappedBy: Id | Fingerprint, key: Bytes): Answer<Id> => {
  const by = await wrapping(parts, wrappedBy);
  if (isLeft(by)) return by;
  const id = randomId();
  const created = await parts.store.create(id, { v: 1, purpose, wrappedBy, sealed: wrapKey(by.right, key, { id, purpose, wrappedBy }) });
  if (isLeft(created)) return created;
  remember(parts, purpose, id, key);
  return right(id);
};

const REWRAPS_MAX = 3;

const rewrap = async (parts: Parts, id: string, wrappedBy: Id | Fingerprint, isReplaced: (wrappedBy: string) => boolean, round = 1): Answer<void> => {
  const stored = await parts.store.get(id);
  if (isLeft(stored)) return stored;
  if (stored.right === undefined || stored.right.key.wrappedBy === wrappedBy || !isReplaced(stored.right.key.wrappedBy)) return right(undefined);
  const [key, by] = [await unwrap(parts, id), await wrapping(parts, wrappedBy)];
  if (isLeft(key)) return key;
  if (isLeft(by)) return by;
  const { purpose } = stored.right.key;
  const sealed = wrapKey(by.right, key.right, { id, purpose, wrappedBy });
  const replaced = await parts.store.replace(id, { v: 1, purpose, wrappedBy, sealed }, stored.right.revision);
  // Another replica may have done the same: then it is so already.
  return isLeft(replaced) && round < REWRAPS_MAX ? rewrap(parts, id, wrappedBy, isReplaced, round + 1) : replaced;
};

export const makeKeyring = (store: KeyStore, operator: OperatorKeys): Keyring => {
  const remembered = { own: new Map<string, Bytes>(), others: latest<Bytes>(REMEMBERED) };
  const parts = { store, operator, remembered };
  const forget = (ids: ReadonlyArray<string>): void => {
    for (const id of ids) {
      remembered.own.get(id)?.wipe();
      if (!remembered.own.delete(id)) remembered.others.delete(id);
    }
  };
  return {
    operator,
    store,
    open: (id) => open(parts, id),
    opened: (id) => recall(parts, id),
    add: (purpose, wrappedBy, key) => add(parts, purpose, wrappedBy, key),
    rewrap: (id, wrappedBy, isReplaced) => rewrap(parts, id, wrappedBy, isReplaced),
    forget,
    destroy: (id) => {
      forget([id]);
      return store.destroy(id);
    },
  };
};
