/** What lets in whoever holds it, a token for the HTTP API or an access key of a namespace: made here, so that the service never has it, and known there by its digest. */
import { isAccessKey, newAccessKey, newApiToken, tokenDigest } from '../crypto/credential.ts';
import { randomId } from '../crypto/random.ts';
import { Redacted } from '../crypto/redacted.ts';
import type { Digest, Id } from '../events/vocabulary.ts';

/** Shows only where it is revealed. */
export type Secret = Redacted<string>;
export type Bearer = { readonly id: Id; readonly text: Secret; readonly digest: Digest };

const made = (text: Secret): Bearer => ({ id: randomId(), text, digest: tokenDigest(text.reveal()) });

export const makeApiToken = (): Bearer => made(newApiToken());
export const makeAccessKey = (): Bearer => made(newAccessKey());

export const asSecret = (text: string): Secret => new Redacted(text);
/** Undefined if it has not the form of an access key. */
export const accessKeyIn = (text: string): Secret | undefined => (isAccessKey(text) ? asSecret(text) : undefined);
