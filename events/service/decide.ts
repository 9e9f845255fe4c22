import type { Decide, Decision } from '../decider.ts';
import { happened, no, nothing } from '../decider.ts';
import type { CommandOf } from '../command.ts';
import type { Event } from '../event.ts';
import type { Credential, World } from '../world.ts';
import { credentialOf, isPending } from '../world.ts';

export const PENDING_OF_A_SERVICE_MAX = 16;
export const PENDING_MAX = 1000;

const pending = (world: World, now: number, of?: string): number => {
  let count = 0;
  for (const { service, credential } of world.pending.values())
    if ((of === undefined || of === service) && isPending(credential, now)) count += 1;
  return count;
};

/** Registering again what is known changes nothing: what was denied or revoked stays so. */
export const registerCredential: Decide<'credential.register'> = (world, { operation: _, ...facts }, { now }) => {
  const known = credentialOf(world, facts.service, facts.fingerprint);
  if (known !== undefined && (known.status !== 'pending' || isPending(known, now))) return nothing;
  if (pending(world, now, facts.service) >= PENDING_OF_A_SERVICE_MAX || pending(world, now) >= PENDING_MAX) return no('too_many');
  return happened({ type: 'CredentialRegistered', v: 1, ...facts });
};

export const expireCredential: Decide<'credential.expire'> = (world, { service, fingerprint }, { now }) => {
  const known = credentialOf(world, service, fingerprint);
  return known?.status === 'pending' && !isPending(known, now) ? happened({ type: 'CredentialExpired', v: 1, service, fingerprint }) : nothing;
};

/** An admin who brings a key has seen it: registered and approved in one decision. */
export const addService: Decide<'service.add'> = (world, { service, key, fingerprint }) => {
  const known = credentialOf(world, service, fingerprint);
  if (known?.status === 'approved') return nothing;
  // What was denied or revoked comes back by no side door: a new key is made for that.
  if (known !== undefined && known.status !== 'pending') return no('not_pending', `${fingerprint} is ${known.status}`);
  const approved = { type: 'CredentialApproved', v: 1, service, fingerprint } as const;
  if (known !== undefined) return happened(approved);
  return happened({ type: 'CredentialRegistered', v: 1, service, kind: 'key', verifier: key, fingerprint, client: null }, approved);
};

type About = CommandOf<'service.approve' | 'service.deny' | 'service.revoke'>;

/** A decision holds for exactly what the admin saw: that fingerprint, at that state. */
const decided =
  (mayBe: (credential: Credential, now: number) => boolean, make: (about: Pick<About, 'service' | 'fingerprint'>) => Event) =>
  (world: World, { service, fingerprint, seen }: About, { now }: { readonly now: number }): Decision => {
    const known = credentialOf(world, service, fingerprint);
    if (known === undefined) return no('not_found', `credential ${fingerprint} of ${service}`);
    if (known.seq !== seen) return no('changed', `credential ${fingerprint} of ${service}`);
    return mayBe(known, now) ? happened(make({ service, fingerprint })) : no('not_pending', `${fingerprint} is ${known.status}`);
  };

export const approveCredential: Decide<'service.approve'> = decided(isPending, (about) => ({ type: 'CredentialApproved', v: 1, ...about }));
export const denyCredential: Decide<'service.deny'> = decided(isPending, (about) => ({ type: 'CredentialDenied', v: 1, ...about }));
export const revokeCredential: Decide<'service.revoke'> = decided(
  ({ status }) => status === 'approved',
  (about) => ({ type: 'CredentialRevoked', v: 1, ...about }),
);
