/**
 * How several things become one byte string before they are hashed or signed, so that no two lists look alike.
 *
 * A frame is its domain and then its parts. Each of them is written as its length in bytes, an unsigned 32-bit big-endian
 * number, followed by those bytes:
 * - bytes: as they are;
 * - text: UTF-8, not normalised, without a mark before or a zero behind it;
 * - a number: a whole number from 0 to 2^53 - 1 as unsigned 64-bit big-endian, so always with the length 8.
 *
 * The kinds are not written: every domain says how many parts it has and of which kinds. A domain is used for one purpose only
 * and ends in a version. `frame('a', 'bc', 1)` is, in hexadecimal: 00000001 61 00000002 6263 00000008 0000000000000001.
 *
 * Text with half of a surrogate pair, which has no UTF-8, gets the three bytes that the pattern of UTF-8 would give that half,
 * as WTF-8 does. No valid text can have them, so such a text never passes for another; a codec should refuse it before.
 */
export type Part = Uint8Array | string | number;

const encoder = new TextEncoder();
const SURROGATE = /\p{Surrogate}/u;

/** The most bytes that a frame of these can have. */
export const frameBound = (domain: string, parts: ReadonlyArray<Part>): number => {
  let sum = 4 + bound(domain);
  for (const part of parts) sum += 4 + bound(part);
  return sum;
};

const bound = (part: Part): number => (typeof part === 'number' ? 8 : typeof part === 'string' ? part.length * 3 : part.length);

const u32 = (into: Uint8Array, at: number, n: number): void => {
  into[at] = n >>> 24;
  into[at + 1] = n >>> 16;
  into[at + 2] = n >>> 8;
  into[at + 3] = n;
};

const writeNumber = (into: Uint8Array, at: number, n: number): number => {
  if (!Number.isSafeInteger(n) || n < 0) throw new RangeError('not a whole number from 0 to 2^53 - 1');
  u32(into, at, Math.floor(n / 2 ** 32));
  u32(into, at + 4, n >>> 0);
  return 8;
};

const writeCharacter = (into: Uint8Array, at: number, character: string): number => {
  if (!SURROGATE.test(character)) return encoder.encodeInto(character, into.subarray(at)).written;
  const unit = character.charCodeAt(0);
  into.set([0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f)], at);
  return 3;
};

const writeAny = (into: Uint8Array, at: number, text: string): number => {
  if (!SURROGATE.test(text)) return encoder.encodeInto(text, into.subarray(at)).written;
  let end = at;
  for (const character of text) end += writeCharacter(into, end, character);
  return end - at;
};

/** Subjects, names and ids are ASCII: those few characters are written sooner than a view is made for an encoder. */
const writeText = (into: Uint8Array, at: number, text: string): number => {
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) return writeAny(into, at, text);
    into[at + index] = unit;
  }
  return text.length;
};

const writeBytes = (into: Uint8Array, at: number, bytes: Uint8Array): number => {
  into.set(bytes, at);
  return bytes.length;
};

const writePart = (into: Uint8Array, at: number, part: Part): number => {
  const body = at + 4;
  const length =
    typeof part === 'number'
      ? writeNumber(into, body, part)
      : typeof part === 'string'
        ? writeText(into, body, part)
        : writeBytes(into, body, part);
  u32(into, at, length);
  return body + length;
};

/** Writes a frame at the beginning of `into`, which has at least `frameBound` bytes, and returns its length. */
export const writeFrame = (into: Uint8Array, domain: string, parts: ReadonlyArray<Part>): number => {
  let end = writePart(into, 0, domain);
  for (const part of parts) end = writePart(into, end, part);
  return end;
};

// Every message of the log is framed at every start, and every value that is read. New memory for each would take as long as the hash.
let space = new Uint8Array(16_384);

/**
 * The frame of a domain and parts, none of them secret, in memory that the next one is written to as well: for use at once.
 * Throws a RangeError for a number that is not whole, negative or too large.
 */
export const passingFrame = (domain: string, ...parts: ReadonlyArray<Part>): Uint8Array => {
  const bound = frameBound(domain, parts);
  if (bound > space.length) space = new Uint8Array(bound);
  return space.subarray(0, writeFrame(space, domain, parts));
};

/** The same in memory of its own. */
export const frame = (domain: string, ...parts: ReadonlyArray<Part>): Uint8Array => {
  const whole = new Uint8Array(frameBound(domain, parts));
  return whole.slice(0, writeFrame(whole, domain, parts));
};
