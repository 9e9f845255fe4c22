/** Bytes and what they are written as. */
import { base64 } from './base64.ts';
import { sodium } from './sodium.ts';

/** Base64url without padding. */
export const toBase64 = (bytes: Uint8Array): string => base64.encode(bytes);

/** The bytes of a string that a codec has checked; throws a TypeError, without the string in it, if none has. */
export const fromBase64 = (text: string): Uint8Array => base64.decode(text);

const encoder = new TextEncoder();
// The mark at the beginning is kept: bytes and text must match one to one.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The most bytes of UTF-8 that one unit of a string's length takes. */
export const UTF8_BYTES_MAX = 3;

/** UTF-8, written into room for `length * UTF8_BYTES_MAX` bytes; how many they are. Half of a surrogate pair, which has no UTF-8, becomes U+FFFD. */
export const writeUtf8 = (text: string, into: Uint8Array): number => encoder.encodeInto(text, into).written;

const passing = new Uint8Array(16_384);

/** The same in memory of its own. */
export const utf8 = (text: string): Uint8Array => {
  // The encoder counts what it will write before it writes, which takes several times as long as to copy it.
  if (text.length * UTF8_BYTES_MAX > passing.length) return encoder.encode(text);
  const length = writeUtf8(text, passing);
  const bytes = passing.slice(0, length);
  passing.fill(0, 0, length);
  return bytes;
};

/** The text of UTF-8 bytes; throws a TypeError if they are not UTF-8. */
export const fromUtf8 = (bytes: Uint8Array): string => decoder.decode(bytes);

export const concat = (...parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
};

/** Whether two byte strings are the same, in a time that depends on their lengths alone. */
export const equal = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && sodium.memcmp(a, b);

/** The same for two texts, without making bytes of them. */
export const equalText = (a: string, b: string): boolean => {
  if (a.length !== b.length) return false;
  let differing = 0;
  for (let at = 0; at < a.length; at += 1) differing |= a.charCodeAt(at) ^ b.charCodeAt(at);
  return differing === 0;
};

/** Writes zeros over bytes that are not needed any more. Copies made by the engine are out of reach. */
export const wipe = (bytes: Uint8Array): void => sodium.memzero(bytes);
