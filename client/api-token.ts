/** A token for the HTTP API: made here, so that the service never has it, and known there by its digest. */
import { newApiToken, tokenDigest } from '../crypto/credential.ts';
import { randomId } from '../crypto/random.ts';
import type { Redacted } from '../crypto/redacted.ts';
import type { Digest, Id } from '../events/vocabulary.ts';

export const makeApiToken = (): { readonly id: Id; readonly token: Redacted<string>; readonly digest: Digest } => {
  const token = newApiToken();
  return { id: randomId(), token, digest: tokenDigest(token.reveal()) };
};
