/** Services and their credentials: each is approved, denied or revoked by itself. */
import * as t from 'io-ts';
import { command, event, orNull } from '../codec.ts';
import { ClientInfo, Digest, Fingerprint, PublicKey, Sequence, ServiceName } from '../vocabulary.ts';

export const CredentialKind = t.keyof({ token: null, key: null }, 'CredentialKind');
export type CredentialKind = t.TypeOf<typeof CredentialKind>;

/** `verifier`: SHA-256 of a token, or an Ed25519 public key. `fingerprint` is made from it, and names the credential. */
const credential = {
  service: ServiceName,
  kind: CredentialKind,
  verifier: t.union([Digest, PublicKey]),
  fingerprint: Fingerprint,
} as const;

export const RegisterCredential = command('credential.register', { ...credential, client: ClientInfo });
export const ExpireCredential = command('credential.expire', { service: ServiceName, fingerprint: Fingerprint });
/** A key that an admin brings: approved at once. */
export const AddService = command('service.add', { service: ServiceName, key: PublicKey, fingerprint: Fingerprint });

/** `seen` is the sequence of the last event about the credential that the admin had seen: a decision on anything else is void. */
const decision = { service: ServiceName, fingerprint: Fingerprint, seen: Sequence } as const;
export const ApproveCredential = command('service.approve', decision);
export const DenyCredential = command('service.deny', decision);
export const RevokeCredential = command('service.revoke', decision);

export const CredentialRegistered = event('CredentialRegistered', { ...credential, client: orNull(ClientInfo) });
const decided = { service: ServiceName, fingerprint: Fingerprint } as const;
export const CredentialApproved = event('CredentialApproved', decided);
export const CredentialDenied = event('CredentialDenied', decided);
export const CredentialRevoked = event('CredentialRevoked', decided);
export const CredentialExpired = event('CredentialExpired', decided);

export const ServiceEvent = t.union(
  [CredentialRegistered, CredentialApproved, CredentialDenied, CredentialRevoked, CredentialExpired],
  'ServiceEvent',
);
