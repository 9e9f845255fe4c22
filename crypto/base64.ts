/**
 * Base64url without padding, in the one spelling that there is for any bytes. libsodium's own runs everywhere, Node's is
 * 30 times faster: the log is read with it.
 */
import { sodium } from './sodium.ts';

const URL_SAFE = sodium.base64_variants.URLSAFE_NO_PADDING;

export type Base64 = {
  readonly encode: (bytes: Uint8Array) => string;
  /** Throws a TypeError for anything that `encode` could not have written. */
  readonly decode: (text: string) => Uint8Array;
};

const malformed = () => new TypeError('not base64url');

export const portable: Base64 = {
  encode: (bytes) => sodium.to_base64(bytes, URL_SAFE),
  decode: (text) => {
    try {
      return sodium.from_base64(text, URL_SAFE);
    } catch {
      throw malformed();
    }
  },
};

const nodeEncode = (bytes: Uint8Array) =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');

const nodeDecode = (text: string) => {
  const pooled = Buffer.from(text, 'base64url');
  // Node lets through what is not base64url; only what comes back as it was is.
  if (nodeEncode(pooled) !== text) throw malformed();
  const bytes = new Uint8Array(pooled);
  // It may be a key, and Node's buffers share memory with others.
  pooled.fill(0);
  return bytes;
};

export const base64: Base64 =
  typeof globalThis.Buffer === 'function' ? { encode: nodeEncode, decode: nodeDecode } : portable;
