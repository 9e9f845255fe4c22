/** X25519 sessions: one shared key for a requester and the service, then symmetric work only (libsodium's crypto_box). */
import type { Ciphertext, Nonce, PublicKey } from '../events/vocabulary.ts';
import type { Sealed } from './aead.ts';
import { decodedBytes, type Base64Memory } from './base64.ts';
import { fromBase64, fromUtf8, toBase64, UTF8_BYTES_MAX, wipe, writeUtf8 } from './bytes.ts';
import { inMemory, native } from './memory.ts';
import { putNonce24, randomBytes } from './random.ts';
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

type Room = { readonly key: number; readonly nonce: number; readonly box: number; readonly plain: number };
type Work<A> = (at: Room, memory: Uint8Array, base64: Base64Memory) => A;

/** Room for a key, a nonce and a box; what is to be sealed stands where its ciphertext will, and the other way round. */
const inRoom = <A>(key: Uint8Array, boxBytes: number, work: Work<A>): A => {
  if (key.length !== KEY_BYTES) throw new RangeError('a key has 32 bytes');
  return inMemory(KEY_BYTES + NONCE_BYTES + boxBytes, (at, memory, base64) => {
    memory.set(key, at);
    const box = at + KEY_BYTES + NONCE_BYTES;
    return work({ key: at, nonce: at + KEY_BYTES, box, plain: box + AUTHENTICATOR_BYTES }, memory, base64);
  });
};

const sealAt = ({ key, nonce, box, plain }: Room, length: number): void => void native._crypto_box_easy_afternm(box, plain, length, 0, nonce, key);
const openAt = ({ key, nonce, box, plain }: Room, length: number): boolean =>
  length >= AUTHENTICATOR_BYTES && native._crypto_box_open_easy_afternm(plain, box, length, 0, nonce, key) === 0;

const checked = (nonce: Uint8Array): Uint8Array => {
  if (nonce.length !== NONCE_BYTES) throw new RangeError('a nonce has 24 bytes');
  return nonce;
};

/**
 * The box of a plaintext, 16 bytes longer (crypto_box_easy_afternm).
 * @param nonce 24 bytes, never used before in this session in either direction
 */
export const sealWith = (shared: Redacted<Uint8Array>, nonce: Uint8Array, plain: Uint8Array): Uint8Array =>
  inRoom(shared.reveal(), AUTHENTICATOR_BYTES + plain.length, (at, memory) => {
    memory.set(checked(nonce), at.nonce);
    memory.set(plain, at.plain);
    sealAt(at, plain.length);
    return memory.slice(at.box, at.plain + plain.length);
  });

/** The plaintext of a box, `undefined` if it is not one that this session sealed under this nonce. */
export const openWith = (shared: Redacted<Uint8Array>, nonce: Uint8Array, box: Uint8Array): Uint8Array | undefined =>
  nonce.length !== NONCE_BYTES
    ? undefined
    : inRoom(shared.reveal(), box.length, (at, memory) => {
        memory.set(nonce, at.nonce);
        memory.set(box, at.box);
        return openAt(at, box.length) ? memory.slice(at.plain, at.box + box.length) : undefined;
      });

/** Text in a box under a random nonce. The plaintext's bytes are in libsodium's memory alone, and wiped there. */
export const sealText = (shared: Redacted<Uint8Array>, text: string): Sealed =>
  inRoom(shared.reveal(), AUTHENTICATOR_BYTES + text.length * UTF8_BYTES_MAX, (at, memory, base64) => {
    putNonce24(memory, at.nonce);
    const length = writeUtf8(text, memory.subarray(at.plain, at.plain + text.length * UTF8_BYTES_MAX));
    sealAt(at, length);
    return { nonce: base64.encode(at.nonce, at.box) as Nonce, box: base64.encode(at.box, at.plain + length) as Ciphertext };
  });

/** The text in a box; `undefined` if this session did not seal it, or it is not UTF-8. */
export const openText = (shared: Redacted<Uint8Array>, { nonce, box }: Sealed): string | undefined => {
  const key = shared.reveal();
  // Codecs see to its length; a longer one would be written over what stands behind it.
  if (decodedBytes(nonce) !== NONCE_BYTES) return undefined;
  return orUndefined(() =>
    inRoom(key, decodedBytes(box), (at, memory, base64) => {
      base64.decode(nonce, at.nonce);
      const length = base64.decode(box, at.box);
      return openAt(at, length) ? fromUtf8(memory.subarray(at.plain, at.box + length)) : undefined;
    }),
  );
};
