/** What a person compares, made from a digest. */
import type { Digest, Fingerprint, PublicKey } from '../events/vocabulary.ts';
import { fromBase64 } from './bytes.ts';
import { frame } from './frame.ts';
import { hashBytes } from './hash.ts';

// Crockford's: no i, l, o or u, so that none is read as another.
const BASE32 = '0123456789abcdefghjkmnpqrstvwxyz';
const GROUPS = [5, 4, 4, 4, 4, 5];

/** Five bits of a byte string as a character, from the bit `at`, the highest bit of a byte first. */
const character = (bytes: Uint8Array, at: number): string => {
  const first = at >> 3;
  const two = ((bytes[first] ?? 0) << 8) | (bytes[first + 1] ?? 0);
  return BASE32.charAt((two >> (11 - (at & 7))) & 31);
};

/** The first 130 bits of a digest, in groups of 5, 4, 4, 4, 4 and 5 characters. Every read makes one: plain loops are ten times faster. */
export const fingerprintOf = (digest: Uint8Array): Fingerprint => {
  let text = '';
  let bit = 0;
  for (const size of GROUPS) {
    if (bit > 0) text += '-';
    for (const end = bit + size * 5; bit < end; bit += 5) text += character(digest, bit);
  }
  return text as Fingerprint;
};

const ofVerifier = (kind: string, verifier: Digest | PublicKey): Fingerprint =>
  fingerprintOf(hashBytes(frame('jetlock credential v1', kind, fromBase64(verifier))));

/**
 * The name of a service's credential: of BLAKE2b-256(frame('jetlock credential v1', kind, verifier as its 32 bytes)).
 * @param verifier what the service is recognised by: the digest of a token, or an Ed25519 public key
 */
export const credentialFingerprint = (kind: 'token' | 'key', verifier: Digest | PublicKey): Fingerprint =>
  ofVerifier(kind, verifier);

/** The same for the Ed25519 key of an admin, with the kind `admin`. */
export const publicKeyFingerprint = (publicKey: PublicKey): Fingerprint => ofVerifier('admin', publicKey);
