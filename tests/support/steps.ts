/** What an admin does, in one line each, for tests that are about something else. */
import { isLeft } from 'fp-ts/lib/Either.js';
import type { Client } from '../../client/client.ts';
import type { ServiceIdentity } from '../../client/credential.ts';
import { JetlockError } from '../../client/error.ts';
import { utf8 } from '../../crypto/bytes.ts';
import type { AdminCommand } from '../../events/command.ts';
import { SecretPath, ServiceName, sure, Target, Fingerprint, type Sequence } from '../../events/vocabulary.ts';
import type { Clients } from './clients.ts';
import { orThrow } from './or-throw.ts';
import { eventually } from './poll.ts';

export const pathOf = (text: string): SecretPath => sure(SecretPath, text);
export const serviceOf = (text: string): ServiceName => sure(ServiceName, text);

/** The code that a promise of a client rejects with; the word `answered` if it does not. */
export const codeOf = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise;
    return 'answered';
  } catch (error) {
    return error instanceof JetlockError ? error.code : `another error: ${String(error)}`;
  }
};

const LIMIT_MS = 30_000;

/** Waits for it: the replica that is asked may be another one than the one that registered it, and later than that. */
const credentialSeenBy = (admin: Clients['admin']) => (service: ServiceName, fingerprint: Fingerprint): Promise<Sequence> =>
  eventually(
    async () => {
      const { items } = orThrow(await admin.query('service.list', { service })());
      return items[0]?.credentials.find((one) => one.fingerprint === fingerprint)?.seq;
    },
    LIMIT_MS,
    `${service} to be registered`,
  );

/** Looks again where it has changed since: the replica that was asked may be late, and the card of a refused read comes after its answer. */
const deciding = (admin: Clients['admin']) => (decision: () => Promise<AdminCommand>) =>
  eventually(
    async () => {
      const decided = await admin.command(await decision())();
      const isLate = isLeft(decided) && decided.left._tag === 'refusal' && decided.left.refusal.code === 'changed';
      return isLate ? undefined : orThrow(decided);
    },
    LIMIT_MS,
    'a decision upon what is there',
  );

export const stepsOf = (jetlock: Clients) => {
  const { admin } = jetlock;
  const command = async (wanted: AdminCommand) => orThrow(await admin.command(wanted)());
  const write = async (to: string, value: string | Uint8Array) =>
    orThrow(await admin.writeSecret(pathOf(to), typeof value === 'string' ? utf8(value) : value)());

  const decide = deciding(admin);
  const credentialSeen = credentialSeenBy(admin);
  const decideCredential = (operation: 'service.approve' | 'service.deny' | 'service.revoke') => async (name: string, told: string) => {
    const fingerprint = sure(Fingerprint, told);
    return decide(async () => ({ operation, service: serviceOf(name), fingerprint, seen: await credentialSeen(serviceOf(name), fingerprint) }));
  };
  const approve = decideCredential('service.approve');

  const decision = async (name: string, to: string) => {
    const [service, target] = [serviceOf(name), sure(Target, to)];
    const { items } = orThrow(await admin.list('access.list', { service })());
    const seen = items.find((access) => access.target === target)?.seq ?? (0 as Sequence);
    return { service, target, seen, reason: null };
  };

  return {
    command,
    write,
    approve,
    revokeCredential: decideCredential('service.revoke'),
    grant: (name: string, to: string, once = false) => decide(async () => ({ operation: 'access.grant', ...(await decision(name, to)), duration: null, once, offline: null })),
    deny: (name: string, to: string) => decide(async () => ({ operation: 'access.deny', ...(await decision(name, to)) })),
    revoke: (name: string, to: string) => decide(async () => ({ operation: 'access.revoke', ...(await decision(name, to)) })),
    /** A client of a service whose credential is approved. */
    approved: async (name: string, identity?: ServiceIdentity): Promise<Client> => {
      const client = await jetlock.clientOf(name, identity);
      await client.register();
      await approve(name, client.fingerprint);
      return client;
    },
    verify: async () => orThrow(await admin.query('projections.verify', {})()),
    rebuild: async () => orThrow(await admin.query('projections.rebuild', {})()),
  };
};
