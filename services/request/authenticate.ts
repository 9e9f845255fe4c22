/** Who asks: proved by a token, by a service's signature over this very request, or by an admin's over the statement. */
import { left, right, type Either } from 'fp-ts/lib/Either.js';
import { equalText } from '../../crypto/bytes.ts';
import { credentialFingerprint, isToken, tokenDigest } from '../../crypto/credential.ts';
import { requestBytes, statementBytes, verify } from '../../crypto/sign.ts';
import type { CredentialKind } from '../../events/service/service.ts';
import { refuse, type Refusal } from '../../events/refusal.ts';
import type { Digest, Fingerprint, PublicKey, ServiceName, Signature } from '../../events/vocabulary.ts';
import { credentialOf, isPending, type Credential as Known, type World } from '../../events/world.ts';
import type { Credential, Request } from '../../protocol/wire.ts';
import { latest } from '../latest.ts';
import type { Opened } from './open.ts';

/** A credential that was shown to be held; whether it is known, or approved, is another question. */
export type Held = { readonly kind: CredentialKind; readonly verifier: Digest | PublicKey; readonly fingerprint: Fingerprint };

// The same few come again and again, and to make one takes as long as to open a request.
const fingerprints = latest<Fingerprint>(10_000);

const fingerprintOf = (kind: CredentialKind, verifier: Digest | PublicKey): Fingerprint => {
  const name = `${kind} ${verifier}`;
  const known = fingerprints.get(name);
  if (known !== undefined) return known;
  const fingerprint = credentialFingerprint(kind, verifier);
  fingerprints.set(name, fingerprint);
  return fingerprint;
};

const held = (kind: CredentialKind, verifier: Digest | PublicKey): Held => ({ kind, verifier, fingerprint: fingerprintOf(kind, verifier) });

const signedByService = ({ request, sealed }: Opened, { key, signature }: { readonly key: PublicKey; readonly signature: Signature }): boolean => {
  const { v, id, time, subject, body } = request;
  return verify(requestBytes({ v, kid: sealed.kid, from: sealed.from, id, time, subject, body }), signature, key);
};

/** What a service's request proves that it holds. */
export const heldBy = (opened: Opened, credential: Credential = opened.request.credential): Either<Refusal, Held> => {
  if (credential.kind === 'token') return isToken(credential.token) ? right(held('token', tokenDigest(credential.token))) : left(refuse('unauthorized'));
  if (credential.kind === 'key' && signedByService(opened, credential)) return right(held('key', credential.key));
  return left(refuse('unauthorized'));
};

const known = (world: World, service: ServiceName, { fingerprint, verifier }: Held): Known | undefined => {
  const credential = credentialOf(world, service, fingerprint);
  return credential !== undefined && equalText(credential.verifier, verifier) ? credential : undefined;
};

/** An approved credential of a service; a pending one is told so, every other is as unknown as one that was never seen. */
export const authenticateService = (world: World, service: ServiceName, credential: Held): Either<Refusal, Held> => {
  const found = known(world, service, credential);
  if (found?.status === 'approved') return right(credential);
  const pending = found !== undefined && isPending(found, Math.max(world.now, Date.now()));
  return left(refuse(pending ? 'credential_pending' : 'unauthorized'));
};

export type SignedStatement = { readonly statement: string; readonly key: PublicKey; readonly signature: Signature };

/** What an admin's credential claims to have signed: the body. */
export const claimOf = ({ credential, body }: Request): Either<Refusal, SignedStatement> =>
  credential.kind === 'admin' ? right({ statement: body, key: credential.key, signature: credential.signature }) : left(refuse('signature'));

/** A statement that its key really signed; whose key it is, and what it may, is decided with the command. */
export const verified = (claim: SignedStatement): Either<Refusal, SignedStatement> =>
  verify(statementBytes(claim.statement), claim.signature, claim.key) ? right(claim) : left(refuse('signature'));
