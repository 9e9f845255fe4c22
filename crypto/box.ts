/** X25519 sessions: one shared key for a requester and the service, then symmetric work only (libsodium's crypto_box). */
import type { PublicKey } from '../events/vocabulary.ts';
import { fromBase64, toBase64, wipe } from './bytes.ts';
import { randomBytes } from './random.ts';
import { Redacted } from './redacted.ts';
import { orUndefined, sodium } from './sodium.ts';

/** An X25519 key pair of 32 bytes each. */
export type BoxKeyPair = { readonly publicKey: PublicKey; readonly secretKey: Redacted<Uint8Array> };

/** The key pair of a seed of 32 bytes, as crypto_box_seed_keypair derives it. */
export const boxKeyFromSeed = (seed: Uint8Array): BoxKeyPair => {
  const { publicKey, privateKey } = sodium.crypto_box_seed_keypair(seed);
  return { publicKey: toBase64(publicKey) as PublicKey, secretKey: new Redacted(privateKey) };
};

export const newBoxKey = (): BoxKeyPair => {
  const seed = randomBytes(32);
  const pair = boxKeyFromSeed(seed);
  wipe(seed);
  return pair;
};

/**
 * The key of a session (crypto_box_beforenm), 32 bytes; the same for both sides.
 * `undefined` if their key is of low order: then everyone would know the result.
 */
export const sharedKey = (theirs: PublicKey, mine: Redacted<Uint8Array>): Redacted<Uint8Array> | undefined => {
  const secret = mine.reveal();
  return orUndefined(() => new Redacted(sodium.crypto_box_beforenm(fromBase64(theirs), secret)));
};

/**
 * The box of a plaintext, 16 bytes longer (crypto_box_easy_afternm).
 * @param nonce 24 bytes, never used before in this session in either direction
 */
export const sealWith = (shared: Redacted<Uint8Array>, nonce: Uint8Array, plain: Uint8Array): Uint8Array =>
  sodium.crypto_box_easy_afternm(plain, nonce, shared.reveal());

/** The plaintext of a box, `undefined` if it is not one that this session sealed under this nonce. */
export const openWith = (shared: Redacted<Uint8Array>, nonce: Uint8Array, box: Uint8Array): Uint8Array | undefined => {
  const key = shared.reveal();
  return orUndefined(() => sodium.crypto_box_open_easy_afternm(box, nonce, key));
};
