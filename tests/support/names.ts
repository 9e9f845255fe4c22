/** Names and keys for tests: the n-th of each kind, the same at every run. */
import { toBase64 } from '../../crypto/bytes.ts';
import { credentialFingerprint } from '../../crypto/fingerprint.ts';
import { signingKeyFromSeed, type KeyPair } from '../../crypto/sign.ts';
import { Digest, Id, sure, type Fingerprint } from '../../events/vocabulary.ts';

/** Bytes that end in the number. */
const numbered = (length: number, n: number): string => {
  const bytes = new Uint8Array(length);
  new DataView(bytes.buffer).setUint32(length - 4, n);
  return toBase64(bytes);
};

export const idOf = (n: number): Id => sure(Id, numbered(16, n));
export const digestOf = (n: number): Digest => sure(Digest, numbered(32, n));
/** The fingerprint of the token whose digest is the n-th. */
export const fingerprintOf = (n: number): Fingerprint => credentialFingerprint('token', digestOf(n));
/** The key pair of an admin or a service; n up to 255. */
export const keyPairOf = (n: number): KeyPair => signingKeyFromSeed(new Uint8Array(32).fill(n));
