/** Bearer tokens of services, and of programs that use the HTTP API. Needs Node, for SHA-256; browsers import the fingerprints from their own file. */
import { Digest } from '../events/vocabulary.ts';
import { toBase64, wipe } from './bytes.ts';
import { ACCESS_PREFIX, API_PREFIX, TOKEN_PREFIX } from './prefixes.ts';
import { randomBytes } from './random.ts';
import { Redacted } from './redacted.ts';
import { sha256 } from './sha256.ts';

export { credentialFingerprint, publicKeyFingerprint } from './fingerprint.ts';

const tokenWith = (prefix: string): Redacted<string> => {
  const bytes = randomBytes(32);
  const token = new Redacted(`${prefix}${toBase64(bytes)}`);
  wipe(bytes);
  return token;
};

const isWith = (prefix: string, text: string): boolean => text.startsWith(prefix) && Digest.is(text.slice(prefix.length));

/** `jlt_` and 32 random bytes in base64url: 47 characters. */
export const newToken = (): Redacted<string> => tokenWith(TOKEN_PREFIX);
export const isToken = (text: string): boolean => isWith(TOKEN_PREFIX, text);

/** For the HTTP API: `jetlock_` and 32 random bytes in base64url, 51 characters. */
export const newApiToken = (): Redacted<string> => tokenWith(API_PREFIX);
export const isApiToken = (text: string): boolean => isWith(API_PREFIX, text);

/** Opens a namespace: `jlk_` and 32 random bytes in base64url, 47 characters. */
export const newAccessKey = (): Redacted<string> => tokenWith(ACCESS_PREFIX);
export const isAccessKey = (text: string): boolean => isWith(ACCESS_PREFIX, text);

/** SHA-256 of the token's characters: what is stored of it. A token has 256 random bits, so no salt or slow hash is needed. */
export const tokenDigest = (token: string): Digest => sha256(token);
