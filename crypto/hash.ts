/** BLAKE2b-256 over bytes. */
import type { Digest } from '../events/vocabulary.ts';
import { concat, toBase64, wipe } from './bytes.ts';
import { randomBytes } from './random.ts';
import { sodium } from './sodium.ts';

const DIGEST_BYTES = 32;

/** Length of the salt of a value, in bytes. */
export const SALT_BYTES = 32;

/** BLAKE2b-256, as bytes; under a key of 16 to 64 bytes if one is given. */
export const hashBytes = (bytes: Uint8Array, key: Uint8Array | null = null): Uint8Array =>
  sodium.crypto_generichash(DIGEST_BYTES, bytes, key);

/** BLAKE2b-256. */
export const hash = (bytes: Uint8Array): Digest => toBase64(hashBytes(bytes)) as Digest;

export const newSalt = (): Uint8Array => randomBytes(SALT_BYTES);

/**
 * BLAKE2b-256(salt ‖ value): what a signed write says instead of the value. Without the salt nobody can try out values.
 * @param salt 32 bytes: its fixed length is what keeps salt and value apart; throws a RangeError for another length
 */
export const valueDigest = (salt: Uint8Array, value: Uint8Array): Digest => {
  if (salt.length !== SALT_BYTES) throw new RangeError('a salt has 32 bytes');
  const salted = concat(salt, value);
  const digest = hash(salted);
  wipe(salted);
  return digest;
};
