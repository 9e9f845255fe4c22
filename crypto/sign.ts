/** Ed25519 signatures, and exactly which bytes are signed for each purpose. */
import type { Id, PublicKey, Signature } from '../events/vocabulary.ts';
import { fromBase64, toBase64, wipe } from './bytes.ts';
import { frame } from './frame.ts';
import { randomBytes } from './random.ts';
import { Redacted } from './redacted.ts';
import { orUndefined, sodium } from './sodium.ts';

/** An Ed25519 key pair; the secret key is libsodium's 64 bytes, seed ‖ public key. */
export type KeyPair = { readonly publicKey: PublicKey; readonly secretKey: Redacted<Uint8Array> };

/** The key pair of a seed of 32 bytes. */
export const signingKeyFromSeed = (seed: Uint8Array): KeyPair => {
  const { publicKey, privateKey } = sodium.crypto_sign_seed_keypair(seed);
  return { publicKey: toBase64(publicKey) as PublicKey, secretKey: new Redacted(privateKey) };
};

export const newSigningKey = (): KeyPair => {
  const seed = randomBytes(32);
  const pair = signingKeyFromSeed(seed);
  wipe(seed);
  return pair;
};

export const sign = (message: Uint8Array, secretKey: Redacted<Uint8Array>): Signature =>
  toBase64(sodium.crypto_sign_detached(message, secretKey.reveal())) as Signature;

/** Whether the holder of the key signed the message. Never throws: what is malformed is not a signature. */
export const verify = (message: Uint8Array, signature: Signature, publicKey: PublicKey): boolean =>
  orUndefined(() => sodium.crypto_sign_verify_detached(fromBase64(signature), message, fromBase64(publicKey))) ?? false;

export { statementBytes } from './statement.ts';

/** An X25519 key of the service, and of which installation; the times are milliseconds since 1970 UTC. */
export type BoxKeyClaim = {
  readonly keyring: Id;
  readonly kid: Id;
  readonly key: PublicKey;
  readonly notBefore: number;
  readonly notAfter: number;
};

/** What the service's signing key signs about its box key. */
export const boxKeyBytes = ({ keyring, kid, key, notBefore, notAfter }: BoxKeyClaim): Uint8Array =>
  frame('jetlock box key v1', keyring, kid, fromBase64(key), notBefore, notAfter);

/** A request as its credential signs it; `kid` and `from` tie it to one session, `body` is the exact content. */
export type RequestClaim = {
  readonly v: number;
  readonly kid: Id;
  readonly from: PublicKey;
  readonly id: Id;
  readonly time: number;
  readonly subject: string;
  readonly body: Uint8Array | string;
};

/** What a service's Ed25519 credential signs. */
export const requestBytes = ({ v, kid, from, id, time, subject, body }: RequestClaim): Uint8Array =>
  frame('jetlock request v1', v, kid, fromBase64(from), id, time, subject, body);

/** What the old signing key of the service signs about the new one. */
export const signerBytes = (newPublicKey: PublicKey): Uint8Array => frame('jetlock signing key v1', fromBase64(newPublicKey));
