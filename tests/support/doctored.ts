/** An installation for `jetlock doctor` to look at: the NATS users of `jetlock nats-config`, and some that were made by hand. */
import { mkdtempSync } from 'node:fs';
import { createServer, connect as connectSocket, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newAdminIdentity, writeAdminIdentity } from '../../client/credential.ts';
import { connectNats } from '../../client/nats/connect.ts';
import { memoryIo } from '../../cli/memory-io.ts';
import type { Check } from '../../cli/check.ts';
import { runProgram } from '../../cli/program.ts';
import { AdminName, Id, sure, type PublicKey } from '../../events/vocabulary.ts';
import { identitiesIn } from '../../services/nats/identities.ts';
import { inboxPrefixOf, natsConfig, permissionsOf, type Permissions } from '../../services/nats/permissions.ts';
import { init, serve } from '../../services/serve.ts';
import { subjects } from './clients.ts';
import { freePorts } from './free-ports.ts';
import { startNats } from './nats.ts';
import { orThrow } from './or-throw.ts';

const ROLES = ['service', 'provisioner', 'admin', 'auditor'] as const;
type Role = (typeof ROLES)[number];
/** `wide` and `narrow` were to be services, and were given too much and too little. */
export type User = Role | 'wide' | 'narrow';

const roleOf = (user: User): Role => (user === 'wide' || user === 'narrow' ? 'service' : user);
export const prefixFor = (user: User): string => inboxPrefixOf({ role: roleOf(user) });

const madeByHand = (nkey: string, { publish, subscribe }: Permissions): string =>
  `${JSON.stringify({ nkey, permissions: { publish: { allow: publish }, subscribe: { allow: subscribe }, allow_responses: { max: 1, expires: '5s' } } })}\n`;

export const startDoctored = async () => {
  const directory = mkdtempSync(join(tmpdir(), 'jetlock-doctor-'));
  const ids = orThrow(identitiesIn(join(directory, 'keys'), [...ROLES, 'wide', 'narrow']));
  const right = permissionsOf(subjects, { role: 'service' });
  const wide = madeByHand(ids.wide.publicKey, { ...right, publish: [...right.publish, '$JS.API.STREAM.PURGE.>'], subscribe: [...right.subscribe, 'secrets.get'] });
  const narrow = madeByHand(ids.narrow.publicKey, { ...right, publish: right.publish.filter((subject) => !subject.includes('notify')) });
  const [monitoring = 0] = await freePorts(1);
  const users = natsConfig({ subjects, users: ROLES.map((role) => ({ role, nkey: ids[role].publicKey })) }).replace(/ {2}\]\n\}\n$/, `${wide}${narrow}  ]\n}\n`);
  const nats = await startNats(undefined, { syncAlways: true, config: `${users}http: "127.0.0.1:${monitoring}"\n` });
  const as = async (user: User) => orThrow(await connectNats({ servers: nats.url, nkey: ids[user].seedFile, inboxPrefix: prefixFor(user) })());
  const dataDir = join(directory, 'data');
  const admin = newAdminIdentity({ admin: sure(AdminName, 'alice'), keyring: sure(Id, 'A'.repeat(22)), servicePublicKey: 'A'.repeat(43) as PublicKey });
  const provisioner = await as('provisioner');
  const created = orThrow(await init({ nc: provisioner, dataDir, firstAdmin: admin, replicas: 1 }));
  const identity = join(directory, 'alice.key');
  orThrow(writeAdminIdentity(identity, { ...admin, ...created }));
  const connections = [provisioner, await as('service'), await as('service')] as const;
  const service = orThrow(
    await serve({ nc: connections[1], requests: connections[2], known: connections[2], dataDir, http: { host: '127.0.0.1', port: 0 }, logLevel: 'silent', acceptHistory: undefined, firstAdmin: undefined }),
  );
  return {
    ...{ nats, provisioner, service, identity, signer: created.servicePublicKey, monitoring: `http://127.0.0.1:${monitoring}` },
    /** How a command is told to be that user. */
    user: (user: User): string => `--nkey ${ids[user].seedFile} --inbox-prefix ${prefixFor(user)}`,
    stop: async () => {
      await service.stop();
      await Promise.all(connections.map((nc) => nc.close()));
      await nats.stop();
    },
  };
};

/** What `jetlock doctor` says, each check by its name. */
export const doctor = async (args: string): Promise<{ readonly code: number; readonly of: (check: string) => ReadonlyArray<Check>; readonly all: ReadonlyArray<Check> }> => {
  const { io, stdout } = memoryIo();
  const code = await runProgram(`doctor --json ${args}`.split(/ +/), io);
  const { checks } = JSON.parse(stdout()) as { readonly checks: ReadonlyArray<Check> };
  return { code, all: checks, of: (check) => checks.filter((one) => one.check === check) };
};

/** A way to a nats-server on which it tells other things of itself than are true. */
export const startLyingWay = async (port: number, told: (info: string) => string) => {
  const server = createServer((near) => {
    const far = connectSocket(port, '127.0.0.1');
    far.on('data', (chunk) => near.write(chunk.includes('INFO {') ? Buffer.from(told(chunk.toString('latin1')), 'latin1') : chunk));
    near.on('data', (chunk) => far.write(chunk));
    for (const [one, other] of [[near, far], [far, near]] as const) one.on('error', () => undefined).on('close', () => other.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `nats://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => void server.close() };
};

