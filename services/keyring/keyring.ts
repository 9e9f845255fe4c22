/** Keys, unwrapped when they are needed: the operator's key opens the keyring, the root key namespaces, those their secrets. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { LRUCache } from 'lru-cache';
import { randomId } from '../../crypto/random.ts';
import type { Redacted } from '../../crypto/redacted.ts';
import { unwrapKey, wrapKey } from '../../crypto/wrap.ts';
import { Fingerprint, type Id } from '../../events/vocabulary.ts';
import { failure, type Failure } from '../failure.ts';
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
  /** Wraps a stored key by another one, unless it is so already. */
  readonly rewrap: (id: string, wrappedBy: Id | Fingerprint) => Answer<void>;
  readonly destroy: (id: string) => Answer<void>;
};

// 10,000 keys of 32 bytes; the rest is unwrapped again when it is needed.
const REMEMBERED = 10_000;

const gone = (id: string): Failure => failure('missing', `key ${id} is not there`, 'it was destroyed, or the bucket of keys was restored from an older copy');
const locked = (id: string): Failure => failure('config', `key ${id} does not open with this operator key`, 'start with the operator key of this installation');

type Parts = { readonly store: KeyStore; readonly operator: OperatorKeys; readonly remembered: LRUCache<string, Bytes> };

const wrapping = async (parts: Parts, by: string): Answer<Bytes> => {
  if (!Fingerprint.is(by)) return open(parts, by);
  const key = parts.operator.keyFor(by);
  return key === undefined ? left(locked(by)) : right(key);
};

const unwrap = async (parts: Parts, id: string): Answer<Bytes> => {
  const stored = await parts.store.get(id);
  if (isLeft(stored)) return stored;
  if (stored.right === undefined) return left(gone(id));
  const { purpose, wrappedBy, sealed } = stored.right.key;
  const by = await wrapping(parts, wrappedBy);
  if (isLeft(by)) return by;
  const key = unwrapKey(by.right, sealed, { id, purpose, wrappedBy });
  if (key === undefined) return left(locked(id));
  parts.remembered.set(id, key);
  return right(key);
};

const open = async (parts: Parts, id: string): Answer<Bytes> => {
  const known = parts.remembered.get(id);
  return known === undefined ? unwrap(parts, id) : right(known);
};

const add = async (parts: Parts, purpose: WrappedPurpose, wrappedBy: Id | Fingerprint, key: Bytes): Answer<Id> => {
  const by = await wrapping(parts, wrappedBy);
  if (isLeft(by)) return by;
  const id = randomId();
  const created = await parts.store.create(id, { v: 1, purpose, wrappedBy, sealed: wrapKey(by.right, key, { id, purpose, wrappedBy }) });
  if (isLeft(created)) return created;
  parts.remembered.set(id, key);
  return right(id);
};

const rewrap = async (parts: Parts, id: string, wrappedBy: Id | Fingerprint): Answer<void> => {
  const stored = await parts.store.get(id);
  if (isLeft(stored)) return stored;
  if (stored.right === undefined || stored.right.key.wrappedBy === wrappedBy) return right(undefined);
  const [key, by] = [await unwrap(parts, id), await wrapping(parts, wrappedBy)];
  if (isLeft(key)) return key;
  if (isLeft(by)) return by;
  const { purpose } = stored.right.key;
  const sealed = wrapKey(by.right, key.right, { id, purpose, wrappedBy });
  return parts.store.replace(id, { v: 1, purpose, wrappedBy, sealed }, stored.right.revision);
};

export const makeKeyring = (store: KeyStore, operator: OperatorKeys): Keyring => {
  const remembered = new LRUCache<string, Bytes>({ max: REMEMBERED });
  const parts = { store, operator, remembered };
  return {
    operator,
    store,
    open: (id) => open(parts, id),
    opened: (id) => remembered.get(id),
    add: (purpose, wrappedBy, key) => add(parts, purpose, wrappedBy, key),
    rewrap: (id, wrappedBy) => rewrap(parts, id, wrappedBy),
    destroy: (id) => {
      remembered.delete(id);
      return store.destroy(id);
    },
  };
};
