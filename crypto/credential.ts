/** Bearer tokens of services. Needs Node, for SHA-256; browsers import the fingerprints from their own file. */
import { Digest } from '../events/vocabulary.ts';
import { toBase64, wipe } from './bytes.ts';
import { randomBytes } from './random.ts';
import { Redacted } from './redacted.ts';
import { sha256 } from './sha256.ts';

export { credentialFingerprint, publicKeyFingerprint } from './fingerprint.ts';

const PREFIX = 'jlt_';

/** `jlt_` and 32 random bytes in base64url: 47 characters. */
export const newToken = (): Redacted<string> => {
  const bytes = randomBytes(32);
  const token = new Redacted(`${PREFIX}${toBase64(bytes)}`);
  wipe(bytes);
  return token;
};

export const isToken = (text: string): boolean => text.startsWith(PREFIX) && Digest.is(text.slice(PREFIX.length));

/** SHA-256 of the token's characters: what is stored of it. A token has 256 random bits, so no salt or slow hash is needed. */
export const tokenDigest = (token: string): Digest => sha256(token);
