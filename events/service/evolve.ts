import type { EventOf } from '../event.ts';
import type { Fingerprint, ServiceName } from '../vocabulary.ts';
import type { Credential, World } from '../world.ts';

const pendingKey = (service: ServiceName, fingerprint: Fingerprint): string => `${service} ${fingerprint}`;

/** Puts a credential into a world, in every place that it belongs. */
export const setCredential = (world: World, service: ServiceName, credential: Credential): void => {
  const known = world.services.get(service) ?? new Map<Fingerprint, Credential>();
  known.set(credential.fingerprint, credential);
  world.services.set(service, known);
  const key = pendingKey(service, credential.fingerprint);
  if (credential.status === 'pending') world.pending.set(key, { service, credential });
  else world.pending.delete(key);
};

export const credentialRegistered = (world: World, event: EventOf<'CredentialRegistered'>, now: number, seq: number): void => {
  const { service, fingerprint, kind, verifier, client } = event;
  setCredential(world, service, { fingerprint, kind, verifier, client, status: 'pending', registeredAt: now, seq });
};

type Decided = EventOf<'CredentialApproved' | 'CredentialDenied' | 'CredentialRevoked'>;

export const credentialDecided = (world: World, event: Decided, status: Credential['status'], seq: number): void => {
  const known = world.services.get(event.service)?.get(event.fingerprint);
  if (known !== undefined) setCredential(world, event.service, { ...known, status, seq });
};

export const credentialExpired = (world: World, { service, fingerprint }: EventOf<'CredentialExpired'>): void => {
  const credentials = world.services.get(service);
  credentials?.delete(fingerprint);
  world.pending.delete(pendingKey(service, fingerprint));
  if (credentials?.size === 0) world.services.delete(service);
};
