/** An access key of a namespace: made here, so that the service never has it, and known there by its digest. */
import { newAccessKey, tokenDigest } from '../crypto/credential.ts';
import { randomId } from '../crypto/random.ts';
import type { Redacted } from '../crypto/redacted.ts';
import type { Digest, Id } from '../events/vocabulary.ts';

export const makeAccessKey = (): { readonly id: Id; readonly accessKey: Redacted<string>; readonly digest: Digest } => {
  const accessKey = newAccessKey();
  return { id: randomId(), accessKey, digest: tokenDigest(accessKey.reveal()) };
};
