/** BLAKE2b-256 over bytes. */
import type { Digest } from '../events/vocabulary.ts';
import { concat, toBase64, wipe } from './bytes.ts';
import { randomBytes } from './random.ts';
import { inMemory, native } from './memory.ts';
import { sodium } from './sodium.ts';

const DIGEST_BYTES = 32;
const KEY_BYTES_MIN = 16;
const KEY_BYTES_MAX = 64;

/** Length of the salt of a value, in bytes. */
export const SALT_BYTES = 32;

type Read<A> = Parameters<typeof inMemory<A>>[1];

/** `read` finds the hash at its address. */
const hashed = <A>(bytes: Uint8Array, key: Uint8Array | null, read: Read<A>): A => {
  const keyBytes = key?.length ?? 0;
  if (key !== null && (keyBytes < KEY_BYTES_MIN || keyBytes > KEY_BYTES_MAX)) throw new RangeError('a key has 16 to 64 bytes');
  return inMemory(DIGEST_BYTES + keyBytes + bytes.length, (at, memory, text) => {
    const keyAt = at + DIGEST_BYTES;
    const bytesAt = keyAt + keyBytes;
    if (key !== null) memory.set(key, keyAt);
    memory.set(bytes, bytesAt);
    native._crypto_generichash(at, DIGEST_BYTES, bytesAt, bytes.length, 0, key === null ? 0 : keyAt, keyBytes);
    return read(at, memory, text);
  });
};

/** BLAKE2b-256, as bytes; under a key of 16 to 64 bytes if one is given, throws a RangeError for another length. */
export const hashBytes = (bytes: Uint8Array, key: Uint8Array | null = null): Uint8Array =>
  hashed(bytes, key, (at, memory) => memory.slice(at, at + DIGEST_BYTES));

/** The same as text. */
export const hash = (bytes: Uint8Array, key: Uint8Array | null = null): Digest =>
  hashed(bytes, key, (at, _, text) => text.encode(at, at + DIGEST_BYTES) as Digest);

/** BLAKE2b-256 of bytes that come piece by piece. `digest` is to be called once, and nothing after it. */
export const hashing = () => {
  const state = sodium.crypto_generichash_init(null, DIGEST_BYTES);
  return {
    add: (bytes: Uint8Array): void => sodium.crypto_generichash_update(state, bytes),
    digest: (): Digest => toBase64(sodium.crypto_generichash_final(state, DIGEST_BYTES)) as Digest,
  };
};

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
