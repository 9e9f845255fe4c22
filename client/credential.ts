/** Who asks: a service with its token or key, an admin with their key; and the files that they are kept in. */
import * as E from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { fromBase64, toBase64, wipe } from '../crypto/bytes.ts';
import { credentialFingerprint, isToken, newToken, tokenDigest } from '../crypto/credential.ts';
import { Redacted } from '../crypto/redacted.ts';
import { newSigningKey, requestBytes, sign, signingKeyFromSeed } from '../crypto/sign.ts';
import { AdminName, Digest, Id, PublicKey, ServiceName, type Fingerprint } from '../events/vocabulary.ts';
import type { Credential } from '../protocol/wire.ts';
import { decodeJson, toJson } from './json.ts';
import { fileFailure, readSecretFile, writeSecretFile, type FileFailure } from './secret-file.ts';
import type { Bound } from './session.ts';

/** A requesting program: its name, and a bearer token or an Ed25519 key. */
export type ServiceIdentity =
  | { readonly service: ServiceName; readonly kind: 'token'; readonly token: Redacted<string> }
  | { readonly service: ServiceName; readonly kind: 'key'; readonly publicKey: PublicKey; readonly secretKey: Redacted<Uint8Array> };

/** An admin: their key, the installation that they administer (`keyring`), and the public signing key of its service. */
export type AdminIdentity = {
  readonly admin: AdminName;
  readonly publicKey: PublicKey;
  /** libsodium's 64 bytes: seed ‖ public key. */
  readonly secretKey: Redacted<Uint8Array>;
  readonly keyring: Id;
  readonly servicePublicKey: PublicKey;
};

export const newTokenIdentity = (service: ServiceName): ServiceIdentity => ({ service, kind: 'token', token: newToken() });
export const newKeyIdentity = (service: ServiceName): ServiceIdentity => ({ service, kind: 'key', ...newSigningKey() });

/** A new key for an admin, to be enrolled by another one. */
export const newAdminIdentity = (of: Omit<AdminIdentity, 'publicKey' | 'secretKey'>): AdminIdentity => ({ ...of, ...newSigningKey() });

/** What the admin compares before approving; the service computes the same. */
export const identityFingerprint = (identity: ServiceIdentity): Fingerprint =>
  credentialFingerprint(identity.kind, identity.kind === 'token' ? tokenDigest(identity.token.reveal()) : identity.publicKey);

/** The credential for one request: a token is the same for all, a key signs each. */
export const credentialOf =
  (identity: ServiceIdentity) =>
  (bound: Bound): Credential =>
    identity.kind === 'token'
      ? { kind: 'token', token: identity.token.reveal() }
      : { kind: 'key', key: identity.publicKey, signature: sign(requestBytes(bound), identity.secretKey) };

const Token = t.refinement(t.string, isToken, 'Token');
/** 32 bytes, base64url. */
const Seed = t.refinement(t.string, (seed): boolean => Digest.is(seed), 'Seed');

const serviceFile = { v: t.literal(1), type: t.literal('jetlock-service'), service: ServiceName } as const;
const ServiceFile = t.union(
  [t.strict({ ...serviceFile, kind: t.literal('token'), token: Token }), t.strict({ ...serviceFile, kind: t.literal('key'), seed: Seed })],
  'ServiceFile',
);
const AdminFile = t.strict(
  { v: t.literal(1), type: t.literal('jetlock-admin'), admin: AdminName, seed: Seed, publicKey: PublicKey, keyring: Id, servicePublicKey: PublicKey },
  'AdminFile',
);

const keyPairOf = (seed: string) => {
  const bytes = fromBase64(seed);
  const pair = signingKeyFromSeed(bytes);
  wipe(bytes);
  return pair;
};
const seedOf = (secretKey: Redacted<Uint8Array>): string => toBase64(secretKey.reveal().subarray(0, 32));

const readAs = <A>(path: string, codec: t.Type<A, unknown>, what: string): Either<FileFailure, A> =>
  E.chain((bytes: Uint8Array): Either<FileFailure, A> => {
    const file = decodeJson(codec)(bytes);
    wipe(bytes);
    return E.mapLeft(() => fileFailure(path, `${path} does not hold ${what}`, 'name the right file, or make it again'))(file);
  })(readSecretFile(path));

type WriteOptions = { readonly overwrite?: boolean };
const writeAs = <A>(path: string, codec: t.Type<A, unknown>, file: A, options?: WriteOptions): Either<FileFailure, void> => {
  const bytes = toJson(codec.encode(file));
  const written = writeSecretFile(path, bytes, options);
  wipe(bytes);
  return written;
};

/** The service identity in a file that nobody else may read. */
export const readServiceIdentity = (path: string): Either<FileFailure, ServiceIdentity> =>
  E.map((file: t.TypeOf<typeof ServiceFile>): ServiceIdentity =>
    file.kind === 'token'
      ? { service: file.service, kind: 'token', token: new Redacted(file.token) }
      : { service: file.service, kind: 'key', ...keyPairOf(file.seed) },
  )(readAs(path, ServiceFile, 'the identity of a service'));

/** Written with 0600; a file of that name is refused unless `overwrite` is set. */
export const writeServiceIdentity = (path: string, identity: ServiceIdentity, options?: WriteOptions): Either<FileFailure, void> => {
  const common = { v: 1, type: 'jetlock-service', service: identity.service } as const;
  return identity.kind === 'token'
    ? writeAs(path, ServiceFile, { ...common, kind: 'token', token: identity.token.reveal() }, options)
    : writeAs(path, ServiceFile, { ...common, kind: 'key', seed: seedOf(identity.secretKey) }, options);
};

/** The admin identity in a file that nobody else may read. */
export const readAdminIdentity = (path: string): Either<FileFailure, AdminIdentity> =>
  E.chain(({ admin, seed, publicKey, keyring, servicePublicKey }: t.TypeOf<typeof AdminFile>): Either<FileFailure, AdminIdentity> => {
    const pair = keyPairOf(seed);
    return pair.publicKey === publicKey
      ? E.right({ admin, ...pair, keyring, servicePublicKey })
      : E.left(fileFailure(path, `the keys in ${path} do not belong together`, 'make the identity again'));
  })(readAs(path, AdminFile, 'the identity of an admin'));

/** Written with 0600; a file of that name is refused unless `overwrite` is set. */
export const writeAdminIdentity = (path: string, identity: AdminIdentity, options?: WriteOptions): Either<FileFailure, void> => {
  const { admin, publicKey, secretKey, keyring, servicePublicKey } = identity;
  return writeAs(path, AdminFile, { v: 1, type: 'jetlock-admin', admin, seed: seedOf(secretKey), publicKey, keyring, servicePublicKey }, options);
};
