/** Base64url without padding, as on the wire. The one of `crypto/` would bring all of libsodium along. */
export const toBase64 = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

/** A new name for a statement, an access key or a token: 16 random bytes. None begins with `-`, as an option of a command does that is given one. */
export const newId = (): string => {
  const id = toBase64(crypto.getRandomValues(new Uint8Array(16)));
  return id.startsWith('-') ? newId() : id;
};
