/** What `jetlock dev` starts, and an admin of it. The one place here that loads the service, and only when it is called. */
import * as E from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { subjectsUnder } from '../../events/subjects.ts';
import { AdminName, ClientInfo, Id, sure, type PublicKey, type SecretPath, type Sequence, type ServiceName, type Target } from '../../events/vocabulary.ts';
import { adminClient, type AdminClient } from '../admin.ts';
import type { ConnectOptions } from '../connect.ts';
import { newAdminIdentity, type AdminIdentity } from '../credential.ts';
import { errorOf } from '../error.ts';
import type { ClientFailure } from '../failure.ts';
import { serviceKeys } from '../keys.ts';
import { connectNats } from '../nats/connect.ts';
import { natsTransport } from '../nats/transport.ts';

type Admin = {
  readonly set: (path: SecretPath, value: Uint8Array) => Promise<void>;
  /** Approves every credential of a service that waits for it. */
  readonly approveCredentials: (service: ServiceName) => Promise<void>;
  readonly grant: (service: ServiceName, target: Target) => Promise<void>;
};

export type Installation = {
  readonly connection: Pick<ConnectOptions, 'servicePublicKey'> & { readonly nats: { readonly servers: string; readonly nkey: string } };
  readonly admin: Admin;
  readonly stop: () => Promise<void>;
};

const NOT_SEEN = 0 as Sequence;

const done = async <A>(task: TaskEither<ClientFailure, A>): Promise<A> => {
  const result = await task();
  if (E.isLeft(result)) throw errorOf(result.left);
  return result.right;
};

/** Looks again where that was changed meanwhile: by the card of a read that was refused, which comes after its answer. */
const granting = ({ list, command }: Pick<AdminClient, 'list' | 'command'>): Admin['grant'] => {
  const grant: Admin['grant'] = async (service, target) => {
    const { items } = await done(list('access.list', { service, path: target }));
    const seen = items.find((access) => access.target === target)?.seq ?? NOT_SEEN;
    const granted = await command({ operation: 'access.grant', service, target, seen, reason: null, duration: null, once: false, offline: null })();
    if (E.isRight(granted)) return;
    if (granted.left._tag !== 'refusal' || granted.left.refusal.code !== 'changed') throw errorOf(granted.left);
    await grant(service, target);
  };
  return grant;
};

export const adminOf = ({ query, list, command, writeSecret }: Pick<AdminClient, 'query' | 'list' | 'command' | 'writeSecret'>): Admin => ({
  set: async (path, value) => {
    await done(writeSecret(path, value));
  },
  approveCredentials: async (service) => {
    const { items } = await done(query('service.list', { service }));
    const waiting = items.flatMap(({ credentials }) => credentials.filter(({ status }) => status === 'pending'));
    for (const { fingerprint, seq } of waiting) await done(command({ operation: 'service.approve', service, fingerprint, seen: seq }));
  },
  grant: granting({ list, command }),
});

const adminOver = async (nats: Installation['connection']['nats'], identity: AdminIdentity) => {
  const nc = await connectNats(nats)();
  if (E.isLeft(nc)) return E.left({ message: nc.left.why, hint: nc.left.hint });
  const subjects = subjectsUnder('secrets');
  const transport = natsTransport(nc.right, subjects);
  const keys = serviceKeys({ transport, subjects, trust: { signer: identity.servicePublicKey } });
  const admin = adminClient({ transport, subjects, keys, identity, client: sure(ClientInfo, { name: 'jetlock-testing', version: '1' }) });
  const close = async (): Promise<void> => {
    admin.close();
    await transport.close();
  };
  return E.right({ admin: adminOf(admin), close });
};

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** @param folder where all that it writes is */
export const startInstallation = async (folder: string): Promise<Either<{ readonly message: string; readonly hint: string }, Installation>> => {
  const { startDev } = await import('../../services/dev.ts');
  // Which installation it is an admin of is known once there is one.
  const owner = newAdminIdentity({ admin: sure(AdminName, 'admin'), keyring: sure(Id, 'A'.repeat(22)), servicePublicKey: 'A'.repeat(43) as PublicKey });
  const ports = { natsPort: 0, httpPort: 0 };
  const dev = await startDev({ dataDir: folder, ...ports, logLevel: 'silent', firstAdmin: { admin: owner.admin, publicKey: owner.publicKey }, say });
  if (E.isLeft(dev)) return dev;
  const { natsUrl, natsIdentities, service } = dev.right;
  const connection = { nats: { servers: natsUrl, nkey: natsIdentities.client }, servicePublicKey: service.identity.servicePublicKey };
  const admin = await adminOver(connection.nats, { ...owner, ...service.identity });
  if (E.isLeft(admin)) {
    await dev.right.stop();
    return admin;
  }
  const stop = async (): Promise<void> => {
    await admin.right.close();
    await dev.right.stop();
  };
  return E.right({ connection, admin: admin.right.admin, stop });
};

