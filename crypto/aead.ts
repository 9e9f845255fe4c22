/** XChaCha20-Poly1305 (IETF) with a random nonce. */
import type { Ciphertext, Nonce } from '../events/vocabulary.ts';
import { fromBase64, toBase64 } from './bytes.ts';
import { nonce24 } from './random.ts';
import type { Redacted } from './redacted.ts';
import { orUndefined, sodium } from './sodium.ts';

/** `box` is the ciphertext and, behind it, its authenticator of 16 bytes. */
export type Sealed = { readonly nonce: Nonce; readonly box: Ciphertext };

/**
 * @param key 32 bytes
 * @param ad what the ciphertext belongs to: it opens with the same only
 */
export const encrypt = (key: Redacted<Uint8Array>, plain: Uint8Array, ad: Uint8Array): Sealed => {
  const nonce = nonce24();
  const box = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plain, ad, null, nonce, key.reveal());
  return { nonce: toBase64(nonce) as Nonce, box: toBase64(box) as Ciphertext };
};

/** The plaintext; `undefined` if key, additional data or a bit of the ciphertext is another. */
export const decrypt = (key: Redacted<Uint8Array>, { nonce, box }: Sealed, ad: Uint8Array): Uint8Array | undefined => {
  const secret = key.reveal();
  return orUndefined(() => sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, fromBase64(box), ad, fromBase64(nonce), secret));
};
