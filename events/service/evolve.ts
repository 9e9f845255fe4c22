import type { EventOf } from '../event.ts';
import type { Fingerprint, ServiceName } from '../vocabulary.ts';
import type { Credential, World } from '../world.ts';

const credentialsOf = (world: World, service: ServiceName): Map<Fingerprint, Credential> => {
  const known = world.services.get(service) ?? new Map<Fingerprint, Credential>();
  world.services.set(service, known);
  return known;
};

export const credentialRegistered = (world: World, event: EventOf<'CredentialRegistered'>, now: number, seq: number): void => {
  const { fingerprint, kind, verifier, client } = event;
  const credential = { fingerprint, kind, verifier, client, status: 'pending', registeredAt: now, seq } as const;
  credentialsOf(world, event.service).set(fingerprint, credential);
};

type Decided = EventOf<'CredentialApproved' | 'CredentialDenied' | 'CredentialRevoked'>;

export const credentialDecided = (world: World, event: Decided, status: Credential['status'], seq: number): void => {
  const known = world.services.get(event.service)?.get(event.fingerprint);
  if (known !== undefined) credentialsOf(world, event.service).set(event.fingerprint, { ...known, status, seq });
};

export const credentialExpired = (world: World, { service, fingerprint }: EventOf<'CredentialExpired'>): void => {
  const credentials = world.services.get(service);
  credentials?.delete(fingerprint);
  if (credentials?.size === 0) world.services.delete(service);
};
