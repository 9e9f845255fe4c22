/** A secret's value as it is stored: with its salt, under the secret's key, for one version of one path. */
import type { Ciphertext, Id, SecretPath, Version } from '../events/vocabulary.ts';
import { decryptInMemory, encrypt } from './aead.ts';
import type { ReadPlain, Sealed } from './aead.ts';
import { concat, wipe } from './bytes.ts';
import { passingFrame } from './frame.ts';
import { SALT_BYTES } from './hash.ts';
import type { Redacted } from './redacted.ts';

/** The longest value, in bytes; the shortest has none. */
export const VALUE_BYTES_MAX = 65_536;

/** `salt` has 32 bytes. */
export type SaltedValue = { readonly salt: Uint8Array; readonly value: Uint8Array };

/** Which value it is. `keyId` names the secret key that it is encrypted with. */
export type ValuePlace = { readonly path: SecretPath; readonly version: Version; readonly keyId: Id };

const additional = ({ path, version, keyId }: ValuePlace): Uint8Array => passingFrame('jetlock value v1', path, version, keyId);

/**
 * Encrypts salt ‖ value with frame('jetlock value v1', path, version, keyId) as additional data, so that a swapped row does
 * not open. Throws a RangeError for a salt or a value of a length that is not allowed.
 */
export const sealValue = (key: Redacted<Uint8Array>, { salt, value }: SaltedValue, place: ValuePlace): Sealed => {
  if (salt.length !== SALT_BYTES || value.length > VALUE_BYTES_MAX) throw new RangeError('salt or value has the wrong length');
  const plain = concat(salt, value);
  const sealed = encrypt(key, plain, additional(place));
  wipe(plain);
  return sealed;
};

const read = <A>(key: Redacted<Uint8Array>, sealed: Sealed, place: ValuePlace, use: ReadPlain<A>): A | undefined =>
  decryptInMemory(key, sealed, additional(place), (at, bytes, ...memory) => (bytes < SALT_BYTES ? undefined : use(at, bytes, ...memory)));

/** Salt and value; `undefined` if it was not sealed with this key for this place. */
export const openValue = (key: Redacted<Uint8Array>, sealed: Sealed, place: ValuePlace): SaltedValue | undefined =>
  read(key, sealed, place, (at, bytes, memory) => ({ salt: memory.slice(at, at + SALT_BYTES), value: memory.slice(at + SALT_BYTES, at + bytes) }));

/** The value alone, in base64url: what a reply says of it. `undefined` as above. */
export const openValueText = (key: Redacted<Uint8Array>, sealed: Sealed, place: ValuePlace): Ciphertext | undefined =>
  read(key, sealed, place, (at, bytes, _, base64) => base64.encode(at + SALT_BYTES, at + bytes) as Ciphertext);
