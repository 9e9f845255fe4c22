/** X25519 sessions: one shared key for a requester and the service, then symmetric work only (libsodium's crypto_box). */
import type { Ciphertext, Nonce, PublicKey } from '../events/vocabulary.ts';
import type { Sealed } from './aead.ts';
import { base64, decodedBytes } from './base64.ts';
import { fromBase64, fromUtf8, toBase64, UTF8_BYTES_MAX, wipe, writeUtf8 } from './bytes.ts';
import { inMemory, native } from './memory.ts';
import { nonce24, randomBytes } from './random.ts';
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

const KEY_BYTES = 32;
const NONCE_BYTES = 24;
const AUTHENTICATOR_BYTES = 16;

type Place = { readonly at: number; readonly memory: Uint8Array };

/** Room for a key, a nonce and a box; what is to be sealed stands where its ciphertext will, and the other way round. */
const inRoom = <A>(key: Uint8Array, nonce: Uint8Array, boxBytes: number, work: (box: Place, keyAt: number, nonceAt: number) => A): A => {
  if (key.length !== KEY_BYTES || nonce.length !== NONCE_BYTES) throw new RangeError('a key has 32 bytes, a nonce 24');
  return inMemory(KEY_BYTES + NONCE_BYTES + boxBytes, (at, memory) => {
    memory.set(key, at);
    memory.set(nonce, at + KEY_BYTES);
    return work({ at: at + KEY_BYTES + NONCE_BYTES, memory }, at, at + KEY_BYTES);
  });
};

/**
 * Seals what `write` puts down and counts.
 * @param most how many bytes that can be
 */
const sealWritten = <A>(key: Uint8Array, nonce: Uint8Array, most: number, write: (into: Uint8Array) => number, read: (box: Uint8Array) => A): A =>
  inRoom(key, nonce, AUTHENTICATOR_BYTES + most, ({ at, memory }, keyAt, nonceAt) => {
    const plainAt = at + AUTHENTICATOR_BYTES;
    const length = write(memory.subarray(plainAt, plainAt + most));
    native._crypto_box_easy_afternm(at, plainAt, length, 0, nonceAt, keyAt);
    return read(memory.subarray(at, plainAt + length));
  });

/** Opens the box that `write` puts down; `read` sees the plaintext, or is not called. */
const openWritten = <A>(key: Uint8Array, nonce: Uint8Array, most: number, write: (into: Uint8Array) => number, read: (plain: Uint8Array) => A): A | undefined =>
  inRoom(key, nonce, most, ({ at, memory }, keyAt, nonceAt) => {
    const length = write(memory.subarray(at, at + most));
    const plainAt = at + AUTHENTICATOR_BYTES;
    if (length < AUTHENTICATOR_BYTES || native._crypto_box_open_easy_afternm(plainAt, at, length, 0, nonceAt, keyAt) !== 0) return undefined;
    return read(memory.subarray(plainAt, at + length));
  });

const copied = (from: Uint8Array) => (into: Uint8Array): number => {
  into.set(from);
  return from.length;
};

/**
 * The box of a plaintext, 16 bytes longer (crypto_box_easy_afternm).
 * @param nonce 24 bytes, never used before in this session in either direction
 */
export const sealWith = (shared: Redacted<Uint8Array>, nonce: Uint8Array, plain: Uint8Array): Uint8Array =>
  sealWritten(shared.reveal(), nonce, plain.length, copied(plain), (box) => box.slice());

/** The plaintext of a box, `undefined` if it is not one that this session sealed under this nonce. */
export const openWith = (shared: Redacted<Uint8Array>, nonce: Uint8Array, box: Uint8Array): Uint8Array | undefined => {
  const key = shared.reveal();
  return orUndefined(() => openWritten(key, nonce, box.length, copied(box), (plain) => plain.slice()));
};

/** Text in a box under a random nonce. The plaintext's bytes are in libsodium's memory alone, and wiped there. */
export const sealText = (shared: Redacted<Uint8Array>, text: string): Sealed => {
  const nonce = nonce24();
  const write = (into: Uint8Array) => writeUtf8(text, into);
  return sealWritten(shared.reveal(), nonce, text.length * UTF8_BYTES_MAX, write, (box) => ({ nonce: toBase64(nonce) as Nonce, box: toBase64(box) as Ciphertext }));
};

/** The text in a box; `undefined` if this session did not seal it, or it is not UTF-8. */
export const openText = (shared: Redacted<Uint8Array>, { nonce, box }: Sealed): string | undefined => {
  const key = shared.reveal();
  return orUndefined(() => openWritten(key, fromBase64(nonce), decodedBytes(box), (into) => base64.decodeInto(box, into), fromUtf8));
};
