/** Base64url without padding, as on the wire. The one of `crypto/` would bring all of libsodium along. */
export const toBase64 = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

/** A new name for a statement: 16 random bytes. */
export const newId = (): string => toBase64(crypto.getRandomValues(new Uint8Array(16)));
