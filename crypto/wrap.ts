/** Keys that are stored encrypted with other keys. */
import type { Fingerprint } from '../events/vocabulary.ts';
import { decrypt, encrypt } from './aead.ts';
import type { Sealed } from './aead.ts';
import { fingerprintOf } from './fingerprint.ts';
import { frame } from './frame.ts';
import { hashBytes } from './hash.ts';
import { randomBytes } from './random.ts';
import { Redacted } from './redacted.ts';

/** A new key of 32 bytes. */
export const newKey = (): Redacted<Uint8Array> => new Redacted(randomBytes(32));

/** Which key it is, what it is for, and the name of the key that wraps it. */
export type KeyPlace = { readonly id: string; readonly purpose: string; readonly wrappedBy: string };

const additional = ({ id, purpose, wrappedBy }: KeyPlace): Uint8Array => frame('jetlock key v1', id, purpose, wrappedBy);

/** Encrypts a key of any length with frame('jetlock key v1', id, purpose, wrappedBy) as additional data. */
export const wrapKey = (wrapping: Redacted<Uint8Array>, key: Redacted<Uint8Array>, place: KeyPlace): Sealed =>
  encrypt(wrapping, key.reveal(), additional(place));

/** The key; `undefined` if it was not wrapped with this key for this place. */
export const unwrapKey = (wrapping: Redacted<Uint8Array>, wrapped: Sealed, place: KeyPlace): Redacted<Uint8Array> | undefined => {
  const key = decrypt(wrapping, wrapped, additional(place));
  return key === undefined ? undefined : new Redacted(key);
};

/** A name for the operator's key that gives nothing of it away: of BLAKE2b-256 under that key over frame('jetlock operator key v1'). */
export const keyFingerprint = (key: Redacted<Uint8Array>): Fingerprint =>
  fingerprintOf(hashBytes(frame('jetlock operator key v1'), key.reveal()));
