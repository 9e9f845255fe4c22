/** What several tests of this folder draw from. */
import fc from 'fast-check';

export const anyBytes = fc.uint8Array({ maxLength: 300 });

/** A copy with one bit turned over. */
export const flipped = (bytes: Uint8Array, bit: number): Uint8Array => {
  const at = (bit >> 3) % bytes.length;
  return bytes.with(at, (bytes[at] ?? 0) ^ (1 << (bit & 7)));
};

/** Every copy with one bit turned over. */
export const allFlipped = (bytes: Uint8Array): ReadonlyArray<Uint8Array> =>
  Array.from({ length: bytes.length * 8 }, (_, bit) => flipped(bytes, bit));
