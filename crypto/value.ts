/** A secret's value as it is stored: with its salt, under the secret's key, for one version of one path. */
import type { Id, SecretPath, Version } from '../events/vocabulary.ts';
import { decrypt, encrypt } from './aead.ts';
import type { Sealed } from './aead.ts';
import { concat, wipe } from './bytes.ts';
import { frame } from './frame.ts';
import { SALT_BYTES } from './hash.ts';
import type { Redacted } from './redacted.ts';

/** The longest value, in bytes; the shortest has none. */
export const VALUE_BYTES_MAX = 65_536;

/** `salt` has 32 bytes. */
export type SaltedValue = { readonly salt: Uint8Array; readonly value: Uint8Array };

/** Which value it is. `keyId` names the secret key that it is encrypted with. */
export type ValuePlace = { readonly path: SecretPath; readonly version: Version; readonly keyId: Id };

const additional = ({ path, version, keyId }: ValuePlace): Uint8Array => frame('jetlock value v1', path, version, keyId);

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

/** Salt and value; `undefined` if it was not sealed with this key for this place. */
export const openValue = (key: Redacted<Uint8Array>, sealed: Sealed, place: ValuePlace): SaltedValue | undefined => {
  const plain = decrypt(key, sealed, additional(place));
  if (plain === undefined || plain.length < SALT_BYTES) return undefined;
  const opened = { salt: plain.slice(0, SALT_BYTES), value: plain.slice(SALT_BYTES) };
  wipe(plain);
  return opened;
};
