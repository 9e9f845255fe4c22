/** `jetlock dev`: a nats-server of our own, with a NATS user for each part that there is in production, and the service on it. */
import { join } from 'node:path';
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import type { NatsConnection } from 'nats';
import { connectNats } from '../client/nats/connect.ts';
import { subjectsUnder } from '../events/subjects.ts';
import { lockDirectory } from './dev-lock.ts';
import { failure, type Failure } from './failure.ts';
import type { FirstAdmin } from './keyring/create.ts';
import { identitiesIn, type NatsIdentity } from './nats/identities.ts';
import { inboxPrefixOf, natsConfig } from './nats/permissions.ts';
import { provision } from './nats/provision.ts';
import { findServer } from './nats/server/find.ts';
import { launchServer, type RunningServer } from './nats/server/launch.ts';
import { serve } from './serve.ts';
import type { Service } from './service.ts';

export type DevOptions = {
  readonly dataDir: string;
  /** 0 for any that is free. */
  readonly natsPort: number;
  readonly httpPort: number;
  readonly logLevel: string;
  readonly firstAdmin: FirstAdmin;
  /** What takes long is told. */
  readonly say: (line: string) => void;
};

export type Dev = {
  readonly natsUrl: string;
  readonly service: Service;
  /** Files with the nkey seeds of those of its NATS users that commands take. */
  readonly natsIdentities: { readonly client: string; readonly auditor: string; readonly provisioner: string };
  /** Resolves when nats-server has ended, by itself or by `stop`. */
  readonly natsEnded: Promise<unknown>;
  /** What nats-server has said. */
  readonly natsLog: string;
  readonly stop: () => Promise<void>;
};

type Answer<A> = Promise<Either<Failure, A>>;
const ROLES = ['provisioner', 'service', 'client', 'auditor'] as const;
type Identities = { readonly [R in (typeof ROLES)[number]]: NatsIdentity };

const subjects = subjectsUnder('secrets');

export type DevNats = { readonly server: RunningServer; readonly identities: Identities; readonly logFile: string };

/** The nats-server of a data directory, with its store and its users. */
export const launchDevNats = async ({ dataDir, natsPort, say }: Pick<DevOptions, 'dataDir' | 'natsPort' | 'say'>): Answer<DevNats> => {
  const made = identitiesIn(join(dataDir, 'nats'), ROLES);
  if (isLeft(made)) return left(failure('config', made.left.why, made.left.hint));
  const identities = made.right;
  const found = await findServer({ say })();
  if (isLeft(found)) return left(failure('config', found.left.why, 'install nats-server, or set JETLOCK_NATS_SERVER to its path'));
  const users = ROLES.map((role) => ({ role, nkey: identities[role].publicKey }));
  const config = natsConfig({ subjects, users });
  const natsDir = join(dataDir, 'nats');
  const logFile = join(natsDir, 'nats-server.log');
  try {
    const server = await launchServer({ storeDir: join(natsDir, 'store'), logFile, path: found.right.path, port: natsPort, syncAlways: true, config });
    return right({ server, identities, logFile });
  } catch (error) {
    return left(failure('config', `nats-server did not start: ${(error as Error).message}`, `see ${logFile}`));
  }
};

const connectAs = async (url: string, { seedFile }: NatsIdentity, role: 'provisioner' | 'service'): Answer<NatsConnection> => {
  const connected = await connectNats({ servers: url, nkey: seedFile, name: `jetlock-${role}`, inboxPrefix: inboxPrefixOf({ role }) })();
  return isLeft(connected) ? left(failure('unavailable', connected.left.why, connected.left.hint)) : connected;
};

/** The one identity that may create: used once at each start, then its connection is closed. */
const provisionAs = async (url: string, identity: NatsIdentity): Answer<void> => {
  const nc = await connectAs(url, identity, 'provisioner');
  if (isLeft(nc)) return nc;
  const provisioned = await provision(nc.right, subjects, { replicas: 1 })();
  await nc.right.close();
  return isLeft(provisioned) ? left(failure('config', provisioned.left.why, provisioned.left.hint)) : right(undefined);
};

type Serving = Service & { readonly connections: ReadonlyArray<NatsConnection> };

const serveOn = async (url: string, options: DevOptions, identities: Identities): Answer<Serving> => {
  const provisioned = await provisionAs(url, identities.provisioner);
  if (isLeft(provisioned)) return provisioned;
  const connections: NatsConnection[] = [];
  const served = await serveBy(connections, url, options, identities.service);
  if (isLeft(served)) await Promise.all(connections.map((nc) => nc.close()));
  return isLeft(served) ? served : right({ ...served.right, connections });
};

/** @param connections gets each that was made, also where it comes to a failure */
const serveBy = async (connections: NatsConnection[], url: string, { dataDir, httpPort, logLevel, firstAdmin }: DevOptions, identity: NatsIdentity): Answer<Service> => {
  const connected = async (): Answer<NatsConnection> => {
    const nc = await connectAs(url, identity, 'service');
    if (!isLeft(nc)) connections.push(nc.right);
    return nc;
  };
  const nc = await connected();
  if (isLeft(nc)) return nc;
  const requests = await connected();
  if (isLeft(requests)) return requests;
  const known = await connected();
  if (isLeft(known)) return known;
  const http = { host: '127.0.0.1', port: httpPort };
  return serve({ nc: nc.right, requests: requests.right, known: known.right, dataDir: join(dataDir, 'data'), http, logLevel, acceptHistory: undefined, firstAdmin });
};

export const startDev = async (options: DevOptions): Answer<Dev> => {
  const unlock = lockDirectory(options.dataDir);
  if (isLeft(unlock)) return unlock;
  const started = await startLocked(options);
  if (isLeft(started)) {
    unlock.right();
    return started;
  }
  const stop = async (): Promise<void> => {
    await started.right.stop();
    unlock.right();
  };
  return right({ ...started.right, stop });
};

const startLocked = async (options: DevOptions): Answer<Dev> => {
  const nats = await launchDevNats(options);
  if (isLeft(nats)) return nats;
  const { server, identities, logFile } = nats.right;
  const { url, stop: stopServer, exited } = server;
  const served = await serveOn(url, options, identities);
  if (isLeft(served)) {
    await stopServer();
    return served;
  }
  const { connections, ...service } = served.right;
  const { client, auditor, provisioner } = identities;
  const natsIdentities = { client: client.seedFile, auditor: auditor.seedFile, provisioner: provisioner.seedFile };
  const stop = async (): Promise<void> => {
    await service.stop();
    await Promise.all(connections.map((nc) => nc.close()));
    await stopServer();
  };
  return right({ natsUrl: url, service, natsIdentities, natsEnded: exited, natsLog: logFile, stop });
};
