/**
 * libsodium's own memory, worked in directly: its wrappers take memory, copy and give back for every argument of a call, which
 * takes longer than the work on a message of the log or on a request. One place is used again and again here.
 */
import { base64, type Base64Memory } from './base64.ts';
import { sodium } from './sodium.ts';

/** Addresses are numbers. A length is followed by its upper half, which is always 0 here. What is not 0 is a failure. */
type Native = {
  /** Another one after libsodium took more memory: not to be kept. */
  readonly HEAPU8: Uint8Array<ArrayBuffer>;
  readonly _malloc: (bytes: number) => number;
  readonly _free: (at: number) => void;
  readonly _crypto_generichash: (out: number, outBytes: number, at: number, bytes: number, upper: 0, key: number, keyBytes: number) => number;
  readonly _crypto_box_easy_afternm: (box: number, plain: number, plainBytes: number, upper: 0, nonce: number, key: number) => number;
  readonly _crypto_box_open_easy_afternm: (plain: number, box: number, boxBytes: number, upper: 0, nonce: number, key: number) => number;
  readonly _crypto_aead_xchacha20poly1305_ietf_encrypt: (
    ...args: readonly [box: number, boxBytesAt: null, plain: number, plainBytes: number, upper: 0, ad: number, adBytes: number, upper: 0, none: null, nonce: number, key: number]
  ) => number;
  readonly _crypto_aead_xchacha20poly1305_ietf_decrypt: (
    ...args: readonly [plain: number, plainBytesAt: null, none: null, box: number, boxBytes: number, upper: 0, ad: number, adBytes: number, upper: 0, nonce: number, key: number]
  ) => number;
};

// The wrappers' types leave it out; they themselves are made of it.
export const { libsodium: native } = sodium as unknown as { readonly libsodium: Native };

/** At address 0 is what libsodium works with itself: nothing may be written there. */
const taken = (bytes: number): number => {
  const at = native._malloc(bytes);
  if (at === 0) throw new Error('libsodium has no memory left');
  return at;
};

let size = 64 * 1024;
let place = taken(size);

const roomFor = (bytes: number): number => {
  if (bytes > size) {
    // The new one first: without it the one before is still ours.
    const larger = taken(bytes);
    native._free(place);
    [place, size] = [larger, bytes];
  }
  return place;
};

let seen = native.HEAPU8;
let text = base64.over(seen);

/** Works on so many bytes at an address; must not call `inMemory` again, and keeps nothing of the memory. */
type Work<A> = (at: number, memory: Uint8Array<ArrayBuffer>, text: Base64Memory) => A;

/** Works on so many bytes of libsodium's memory, and writes zeros over them behind it. */
export const inMemory = <A>(bytes: number, work: Work<A>): A => {
  const at = roomFor(bytes);
  const memory = native.HEAPU8;
  if (memory !== seen) [seen, text] = [memory, base64.over(memory)];
  try {
    return work(at, memory, text);
  } finally {
    memory.fill(0, at, at + bytes);
  }
};
