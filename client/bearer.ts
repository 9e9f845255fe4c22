/** What lets in whoever holds it, a token for the HTTP API or an access key of a namespace: made here, so that the service never has it, and known there by its digest. */
import { newAccessKey, newApiToken, tokenDigest } from '../crypto/credential.ts';
import { randomId } from '../crypto/random.ts';
import type { Redacted } from '../crypto/redacted.ts';
import type { Digest, Id } from '../events/vocabulary.ts';

export type Bearer = { readonly id: Id; readonly text: Redacted<string>; readonly digest: Digest };

const made = (text: Redacted<string>): Bearer => ({ id: randomId(), text, digest: tokenDigest(text.reveal()) });

export const makeApiToken = (): Bearer => made(newApiToken());
export const makeAccessKey = (): Bearer => made(newAccessKey());
