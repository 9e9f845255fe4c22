/**
 * Random bytes from the system, fetched many at a time: libsodium-wrappers asks for four at a time, which makes a nonce
 * cost 25 times the encryption that it is for.
 */
import type { Id } from '../events/vocabulary.ts';
import { base64 } from './base64.ts';

/** The most that one call of getRandomValues gives. */
const CALL_BYTES_MAX = 65_536;

const pool = new Uint8Array(16_384);
let used = pool.length;

const fill = (bytes: Uint8Array<ArrayBuffer>): Uint8Array => {
  for (let at = 0; at < bytes.length; at += CALL_BYTES_MAX) globalThis.crypto.getRandomValues(bytes.subarray(at, at + CALL_BYTES_MAX));
  return bytes;
};

const names = base64.over(pool);

/** Hands so many bytes out once: they are not to be found here afterwards. */
const handOut = <A>(n: number, use: (from: number, to: number) => A): A => {
  if (used + n > pool.length) {
    fill(pool);
    used = 0;
  }
  const from = used;
  used += n;
  const handed = use(from, used);
  pool.fill(0, from, used);
  return handed;
};

/** `n` random bytes, fit for keys. */
export const randomBytes = (n: number): Uint8Array =>
  n > pool.length / 4 ? fill(new Uint8Array(n)) : handOut(n, (from, to) => pool.slice(from, to));

/** A new name for a command, request, record or key. None begins with `-`, as an option of a command does that is given one. */
export const randomId = (): Id => {
  const id = handOut(16, names.encode);
  return id.startsWith('-') ? randomId() : (id as Id);
};

const NONCE_BYTES = 24;

/** A nonce for XChaCha20-Poly1305 or crypto_box, written to `memory` at an address; 24 bytes are enough to draw them at random. */
export const putNonce24 = (memory: Uint8Array, at: number): void => handOut(NONCE_BYTES, (from, to) => memory.set(pool.subarray(from, to), at));

/** The same in memory of its own. */
export const nonce24 = (): Uint8Array => randomBytes(NONCE_BYTES);
