/**
 * Random bytes from the system, fetched many at a time: libsodium-wrappers asks for four at a time, which makes a nonce
 * cost 25 times the encryption that it is for.
 */
import type { Id } from '../events/vocabulary.ts';
import { toBase64 } from './bytes.ts';

/** The most that one call of getRandomValues gives. */
const CALL_BYTES_MAX = 65_536;

const pool = new Uint8Array(16_384);
let used = pool.length;

const fill = (bytes: Uint8Array<ArrayBuffer>): Uint8Array => {
  for (let at = 0; at < bytes.length; at += CALL_BYTES_MAX) globalThis.crypto.getRandomValues(bytes.subarray(at, at + CALL_BYTES_MAX));
  return bytes;
};

const take = (n: number): Uint8Array => {
  if (used + n > pool.length) {
    fill(pool);
    used = 0;
  }
  const taken = pool.slice(used, used + n);
  // Handed out once, and not to be found here afterwards.
  pool.fill(0, used, used + n);
  used += n;
  return taken;
};

/** `n` random bytes, fit for keys. */
export const randomBytes = (n: number): Uint8Array => (n > pool.length / 4 ? fill(new Uint8Array(n)) : take(n));

/** A new name for a command, request, record or key. */
export const randomId = (): Id => toBase64(randomBytes(16)) as Id;

/** A nonce for XChaCha20-Poly1305 or crypto_box; 24 bytes are enough to draw them at random. */
export const nonce24 = (): Uint8Array => randomBytes(24);
