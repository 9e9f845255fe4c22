import type { Either } from 'fp-ts/lib/Either.js';
import type { Redacted } from '../crypto/redacted.ts';
import type { AdminName, Fingerprint, Id, PublicKey, ServiceName } from '../events/vocabulary.ts';
import type { FileFailure } from './secret-file.ts';

/** Who a requesting program is: a name, and a bearer token or an Ed25519 key. */
export type ServiceIdentity =
  | { readonly service: ServiceName; readonly kind: 'token'; readonly token: Redacted<string> }
  | { readonly service: ServiceName; readonly kind: 'key'; readonly publicKey: PublicKey; readonly secretKey: Redacted<Uint8Array> };

/** Who an admin is, which installation they administer (`keyring`), and the signing key of its service. */
export type AdminIdentity = {
  readonly admin: AdminName;
  readonly publicKey: PublicKey;
  readonly secretKey: Redacted<Uint8Array>;
  readonly keyring: Id;
  readonly servicePublicKey: PublicKey;
};

export declare const newTokenIdentity: (service: ServiceName) => ServiceIdentity;
export declare const newKeyIdentity: (service: ServiceName) => ServiceIdentity;
export declare const identityFingerprint: (identity: ServiceIdentity) => Fingerprint;
export declare const readServiceIdentity: (path: string) => Either<FileFailure, ServiceIdentity>;
export declare const writeServiceIdentity: (path: string, identity: ServiceIdentity, options?: { readonly overwrite?: boolean }) => Either<FileFailure, void>;
export declare const readAdminIdentity: (path: string) => Either<FileFailure, AdminIdentity>;
export declare const writeAdminIdentity: (path: string, identity: AdminIdentity, options?: { readonly overwrite?: boolean }) => Either<FileFailure, void>;
