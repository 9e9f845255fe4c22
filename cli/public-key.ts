/** Ed25519 public keys in the writings that people have them in. */
import { createPublicKey } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { PublicKey } from '../events/vocabulary.ts';

const BARE = /^[A-Za-z0-9_+/-]{43}=?$/;
const ARMOUR = /^-----BEGIN ([A-Z0-9 ]+)-----\s+([A-Za-z0-9+/=\s]+?)\s*-----END \1-----$/;

const NOT_A_KEY = 'that is not a public key: it has 32 bytes in base64url or base64, or is PEM of an Ed25519 key';

/** What to say of a signing key that is mistyped. */
export const NOT_A_SIGNING_KEY = { message: '--signing-key is not a key', hint: 'a key has 43 characters of base64url: ask an admin for it' };

/** One spelling for each key; what decodes to other bytes than it says is refused. */
const canonical = (base64: string): E.Either<string, PublicKey> =>
  E.fromPredicate(PublicKey.is, () => NOT_A_KEY)(base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''));

/** Node reads the standard PEM; its JWK has the 32 bytes in base64url. */
const ofSpki = (pem: string): E.Either<string, PublicKey> => {
  const read = E.tryCatch(() => createPublicKey(pem), () => NOT_A_KEY);
  if (E.isLeft(read)) return read;
  return read.right.asymmetricKeyType === 'ed25519' ? canonical(read.right.export({ format: 'jwk' }).x ?? '') : E.left('the public key is not an Ed25519 key');
};

/**
 * A public key as 32 bytes in base64url or base64, as PEM (`PUBLIC KEY`, SPKI), or as PEM with the label `ED25519 PUBLIC KEY`
 * around the bare 32 bytes. What is wrong never repeats the text: it may be a private key.
 */
export const parsePublicKey = (text: string): E.Either<string, PublicKey> => {
  const trimmed = text.trim();
  if (BARE.test(trimmed)) return canonical(trimmed);
  const [pem, label, body] = ARMOUR.exec(trimmed) ?? [];
  if (label?.includes('PRIVATE') === true) return E.left('that is a private key, which nobody but its owner may have: give its public key');
  if (pem !== undefined && label === 'PUBLIC KEY') return ofSpki(pem);
  return body !== undefined && label === 'ED25519 PUBLIC KEY' ? canonical(body.replace(/\s/g, '')) : E.left(NOT_A_KEY);
};
