/** XChaCha20-Poly1305 (IETF) with a random nonce. */
import type { Ciphertext, Nonce } from '../events/vocabulary.ts';
import { decodedBytes, type Base64Memory } from './base64.ts';
import { inMemory, native } from './memory.ts';
import { putNonce24 } from './random.ts';
import type { Redacted } from './redacted.ts';
import { orUndefined } from './sodium.ts';

/** `box` is the ciphertext and, behind it, its authenticator of 16 bytes. */
export type Sealed = { readonly nonce: Nonce; readonly box: Ciphertext };

const KEY_BYTES = 32;
const NONCE_BYTES = 24;
const AUTHENTICATOR_BYTES = 16;

type Places = { readonly key: number; readonly nonce: number; readonly ad: number; readonly text: number };
type Work<A> = (places: Places, memory: Uint8Array, base64: Base64Memory) => A;

/** Lays key and additional data out in libsodium's memory, with room for a nonce and, last, for a text and its authenticator. */
const laidOut = <A>(key: Uint8Array, ad: Uint8Array, textBytes: number, work: Work<A>): A => {
  if (key.length !== KEY_BYTES) throw new RangeError('a key has 32 bytes');
  return inMemory(KEY_BYTES + NONCE_BYTES + ad.length + textBytes + AUTHENTICATOR_BYTES, (at, memory, base64) => {
    const places = { key: at, nonce: at + KEY_BYTES, ad: at + KEY_BYTES + NONCE_BYTES, text: at + KEY_BYTES + NONCE_BYTES + ad.length };
    memory.set(key, places.key);
    memory.set(ad, places.ad);
    return work(places, memory, base64);
  });
};

/**
 * @param key 32 bytes; throws a RangeError for another length
 * @param ad what the ciphertext belongs to: it opens with the same only
 */
export const encrypt = (key: Redacted<Uint8Array>, plain: Uint8Array, ad: Uint8Array): Sealed =>
  laidOut(key.reveal(), ad, plain.length, (at, memory, base64) => {
    memory.set(plain, at.text);
    putNonce24(memory, at.nonce);
    native._crypto_aead_xchacha20poly1305_ietf_encrypt(at.text, null, at.text, plain.length, 0, at.ad, ad.length, 0, null, at.nonce, at.key);
    const nonce = base64.encode(at.nonce, at.nonce + NONCE_BYTES) as Nonce;
    return { nonce, box: base64.encode(at.text, at.text + plain.length + AUTHENTICATOR_BYTES) as Ciphertext };
  });

/** What is done with a plaintext of so many bytes at an address. It is wiped behind that. */
export type ReadPlain<A> = (at: number, bytes: number, memory: Uint8Array, base64: Base64Memory) => A;

/** `read` sees the plaintext; `undefined` without it if key, additional data or a bit of the ciphertext is another. */
export const decryptInMemory = <A>(key: Redacted<Uint8Array>, { nonce, box }: Sealed, ad: Uint8Array, read: ReadPlain<A>): A | undefined => {
  const secret = key.reveal();
  // Codecs see to its length; a longer one would be written over what stands behind it.
  if (decodedBytes(nonce) !== NONCE_BYTES) return undefined;
  return orUndefined(() =>
    laidOut(secret, ad, decodedBytes(box), (at, memory, base64) => {
      base64.decode(nonce, at.nonce);
      const length = base64.decode(box, at.text);
      const bytes = length - AUTHENTICATOR_BYTES;
      const opens = bytes >= 0 && native._crypto_aead_xchacha20poly1305_ietf_decrypt(at.text, null, null, at.text, length, 0, at.ad, ad.length, 0, at.nonce, at.key) === 0;
      return opens ? read(at.text, bytes, memory, base64) : undefined;
    }),
  );
};

/** The plaintext, `undefined` as above. */
export const decrypt = (key: Redacted<Uint8Array>, sealed: Sealed, ad: Uint8Array): Uint8Array | undefined =>
  decryptInMemory(key, sealed, ad, (at, bytes, memory) => memory.slice(at, at + bytes));
