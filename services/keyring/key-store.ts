/** Where wrapped keys lie: the bucket `secrets_keys`, written by the service alone, read from its leader. */
import { Kvm, type KV } from '@nats-io/kv';
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import type { NatsConnection } from 'nats';
import { fromUtf8, utf8 } from '../../crypto/bytes.ts';
import { deniedIn } from '../../events/log/denied.ts';
import { Sealed } from '../../events/record.ts';
import { Fingerprint, Id } from '../../events/vocabulary.ts';
import { noAnswer, type Failure } from '../failure.ts';

export const WrappedPurpose = t.keyof({ root: null, log: null, signing: null, box: null, namespace: null, secret: null }, 'WrappedPurpose');
export type WrappedPurpose = t.TypeOf<typeof WrappedPurpose>;

/** A key as it is stored: under which key, for what, and its ciphertext. */
export const WrappedKey = t.strict(
  { v: t.literal(1), purpose: WrappedPurpose, wrappedBy: t.union([Id, Fingerprint]), sealed: Sealed },
  'WrappedKey',
);
export type WrappedKey = t.TypeOf<typeof WrappedKey>;

/** A data directory that has the operator's key, and when it was last in use. */
const Holder = t.strict({ id: Id, seen: t.number }, 'Holder');
export type Holder = t.TypeOf<typeof Holder>;
const HolderList = t.strict({ v: t.literal(1), list: t.readonlyArray(Holder) }, 'Holders');

export type Stored = { readonly key: WrappedKey; readonly revision: number };
type Answer<A> = Promise<Either<Failure, A>>;

export type KeyStore = {
  readonly get: (id: string) => Answer<Stored | undefined>;
  readonly create: (id: string, key: WrappedKey) => Answer<void>;
  /** Fails if the entry is not at that revision any more. */
  readonly replace: (id: string, key: WrappedKey, revision: number) => Answer<void>;
  readonly destroy: (id: string) => Answer<void>;
  /** Whether a keyring was once completed here: then an empty stream is not a first start. */
  readonly isComplete: () => Answer<boolean>;
  readonly markComplete: () => Answer<void>;
  readonly holders: () => Answer<{ readonly list: ReadonlyArray<Holder>; readonly revision: number }>;
  /** Fails if the list is not at that revision any more; 0 if there is none yet. */
  readonly hold: (list: ReadonlyArray<Holder>, revision: number) => Answer<void>;
};

// A key of the bucket may start with any character of base64url, but ids stand apart from the marker.
const entry = (id: string): string => `key.${id}`;
const COMPLETE = 'complete';
const HOLDERS = 'holders';

const nothing = (): void => undefined;

const decode = <A>(codec: t.Type<A, unknown>, data: Uint8Array): A | undefined => {
  const decoded = codec.decode(JSON.parse(fromUtf8(data)));
  return decoded._tag === 'Right' ? decoded.right : undefined;
};

const attempt = async <A>(what: string, body: () => Promise<A>): Answer<A> => {
  try {
    return right(await body());
  } catch (error) {
    const { name, message } = error as Error;
    // Of what is wrong otherwise only the name is told: the message of JSON.parse quotes what it was given.
    return left(noAnswer(`cannot ${what} in the bucket of keys`, deniedIn(message) === undefined ? name : message, 'check the connection to nats-server'));
  }
};

const lookUp = async (kv: KV, id: string): Promise<Stored | undefined> => {
  const found = await kv.get(entry(id));
  if (found?.operation !== 'PUT') return undefined;
  const key = decode(WrappedKey, found.value);
  if (key === undefined) throw new TypeError('not a wrapped key');
  return { key, revision: found.revision };
};

const holders = async (kv: KV): Promise<{ readonly list: ReadonlyArray<Holder>; readonly revision: number }> => {
  const found = await kv.get(HOLDERS);
  return { list: (found?.operation === 'PUT' ? decode(HolderList, found.value)?.list : undefined) ?? [], revision: found?.revision ?? 0 };
};

/** @param bucket its name, such as `secrets_keys`; it must be there already */
export const openKeyStore = async (nc: NatsConnection, bucket: string): Answer<KeyStore> => {
  const opened = await attempt('look', () => new Kvm(nc).open(bucket));
  if (isLeft(opened)) return opened;
  const kv = opened.right;
  const bytes = (key: WrappedKey): Uint8Array => utf8(JSON.stringify(WrappedKey.encode(key)));
  return right({
    get: (id) => attempt('look', () => lookUp(kv, id)),
    create: (id, key) => attempt('write', () => kv.create(entry(id), bytes(key)).then(nothing)),
    replace: (id, key, revision) => attempt('write', () => kv.update(entry(id), bytes(key), revision).then(nothing)),
    destroy: (id) => attempt('destroy', () => kv.purge(entry(id))),
    isComplete: () => attempt('look', async () => (await kv.get(COMPLETE))?.operation === 'PUT'),
    markComplete: () => attempt('write', () => kv.put(COMPLETE, utf8('1')).then(nothing)),
    holders: () => attempt('look', () => holders(kv)),
    hold: (list, revision) => attempt('write', () => kv.put(HOLDERS, utf8(JSON.stringify(HolderList.encode({ v: 1, list }))), { previousSeq: revision }).then(nothing)),
  });
};
