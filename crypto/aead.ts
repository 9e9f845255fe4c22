/** XChaCha20-Poly1305 (IETF) with a random nonce. */
import type { Ciphertext, Nonce } from '../events/vocabulary.ts';
import { fromBase64, toBase64 } from './bytes.ts';
import { inMemory, native } from './memory.ts';
import { nonce24 } from './random.ts';
import type { Redacted } from './redacted.ts';
import { orUndefined } from './sodium.ts';

/** `box` is the ciphertext and, behind it, its authenticator of 16 bytes. */
export type Sealed = { readonly nonce: Nonce; readonly box: Ciphertext };

const KEY_BYTES = 32;
const NONCE_BYTES = 24;
const AUTHENTICATOR_BYTES = 16;

type Parts = { readonly key: Uint8Array; readonly nonce: Uint8Array; readonly ad: Uint8Array; readonly text: Uint8Array };
type Places = { readonly key: number; readonly nonce: number; readonly ad: number; readonly text: number };

/** Lays the parts out in libsodium's memory, the text last; what comes out stands where the text was. */
const laidOut = <A>({ key, nonce, ad, text }: Parts, work: (places: Places, memory: Uint8Array) => A): A =>
  inMemory(KEY_BYTES + NONCE_BYTES + ad.length + text.length + AUTHENTICATOR_BYTES, (at, memory) => {
    const places = { key: at, nonce: at + KEY_BYTES, ad: at + KEY_BYTES + NONCE_BYTES, text: at + KEY_BYTES + NONCE_BYTES + ad.length };
    memory.set(key, places.key);
    memory.set(nonce, places.nonce);
    memory.set(ad, places.ad);
    memory.set(text, places.text);
    return work(places, memory);
  });

const checked = (key: Uint8Array): Uint8Array => {
  if (key.length !== KEY_BYTES) throw new RangeError('a key has 32 bytes');
  return key;
};

/**
 * @param key 32 bytes; throws a RangeError for another length
 * @param ad what the ciphertext belongs to: it opens with the same only
 */
export const encrypt = (key: Redacted<Uint8Array>, plain: Uint8Array, ad: Uint8Array): Sealed => {
  const nonce = nonce24();
  return laidOut({ key: checked(key.reveal()), nonce, ad, text: plain }, (at, memory) => {
    native._crypto_aead_xchacha20poly1305_ietf_encrypt(at.text, null, at.text, plain.length, 0, at.ad, ad.length, 0, null, at.nonce, at.key);
    const box = memory.subarray(at.text, at.text + plain.length + AUTHENTICATOR_BYTES);
    return { nonce: toBase64(nonce) as Nonce, box: toBase64(box) as Ciphertext };
  });
};

const opened = (key: Uint8Array, sealed: Sealed, ad: Uint8Array): Uint8Array | undefined => {
  const nonce = fromBase64(sealed.nonce);
  const box = fromBase64(sealed.box);
  const length = box.length - AUTHENTICATOR_BYTES;
  if (nonce.length !== NONCE_BYTES || length < 0) return undefined;
  return laidOut({ key: checked(key), nonce, ad, text: box }, (at, memory) => {
    const failed = native._crypto_aead_xchacha20poly1305_ietf_decrypt(at.text, null, null, at.text, box.length, 0, at.ad, ad.length, 0, at.nonce, at.key);
    return failed === 0 ? memory.slice(at.text, at.text + length) : undefined;
  });
};

/** The plaintext; `undefined` if key, additional data or a bit of the ciphertext is another. */
export const decrypt = (key: Redacted<Uint8Array>, sealed: Sealed, ad: Uint8Array): Uint8Array | undefined => {
  const secret = key.reveal();
  return orUndefined(() => opened(secret, sealed, ad));
};
