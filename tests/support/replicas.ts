/** An installation of several replicas, on one nats-server or on a cluster: in this process, or each in a process of its own. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NatsConnection } from 'nats';
import type { AdminIdentity } from '../../client/credential.ts';
import { toBase64 } from '../../crypto/bytes.ts';
import { randomBytes } from '../../crypto/random.ts';
import { newSigningKey } from '../../crypto/sign.ts';
import { AdminName, sure } from '../../events/vocabulary.ts';
import type { Broker } from '../../services/broker.ts';
import { natsBroker } from '../../services/nats/broker.ts';
import { provision } from '../../services/nats/provision.ts';
import { startService, type Service, type ServiceOptions } from '../../services/service.ts';
import { start } from '../../services/start.ts';
import { clientsOf, connectionsTo, subjects, type Clients, type Connections } from './clients.ts';
import { startCluster, type Cluster, type ClusterOptions } from './cluster.ts';
import { orStopped, orThrow } from './or-throw.ts';

export type Installation = Clients & Pick<Connections, 'connection' | 'connected'> & {
  readonly cluster: Cluster;
  readonly identity: AdminIdentity;
  /** The operator's key, the same for all replicas: 32 bytes, base64url. */
  readonly operatorKey: string;
  /** One for each replica; made, and thrown away at the end. */
  readonly dataDirs: ReadonlyArray<string>;
  /** What is still to be done before all of that is stopped, the last one first. */
  readonly onStop: (end: () => Promise<unknown>) => void;
  readonly stop: () => Promise<void>;
};

export type ReplicasOptions = ClusterOptions & { readonly replicas?: number };

const operatorKeys = (current: string) => ({ current, previous: undefined });

/** What `jetlock init` does. */
const initialise = async (nc: NatsConnection, dataDir: string, operatorKey: string, replicas: 1 | 3): Promise<AdminIdentity> => {
  orThrow(await provision(nc, subjects, { replicas })());
  const key = newSigningKey();
  const admin = sure(AdminName, 'alice');
  const firstAdmin = { admin, publicKey: key.publicKey };
  const broker = orThrow(await natsBroker(nc, subjects));
  const started = orThrow(await start({ broker, subjects, dataDir, operatorKey: operatorKeys(operatorKey), firstAdmin, acceptHistory: undefined }));
  await started.replica.stop();
  return { admin, ...key, ...started.identity };
};

/** Servers, stream, buckets, keyring and first admin; no replica yet. */
export const startInstallation = async ({ replicas = 2, ...options }: ReplicasOptions): Promise<Installation> => {
  const cluster = await startCluster(undefined, options);
  const { connection, connected, close } = connectionsTo(cluster.urls);
  const folder = await mkdtemp(join(tmpdir(), 'jetlock-replicas-'));
  const ends: Array<() => Promise<unknown>> = [];
  const stop = async (): Promise<void> => {
    for (const end of ends.reverse()) await end().catch(() => undefined);
    await close();
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const make = async (): Promise<Installation> => {
    const operatorKey = toBase64(randomBytes(32));
    const identity = await initialise(await connection(), join(folder, 'init'), operatorKey, cluster.servers.length === 3 ? 3 : 1);
    await cluster.settled();
    const dataDirs = Array.from({ length: replicas }, (_, n) => join(folder, `replica-${n}`));
    await Promise.all(dataDirs.map((dataDir) => mkdir(dataDir, { mode: 0o700 })));
    const clients = await clientsOf(identity, connection);
    return { ...clients, ...{ cluster, identity, operatorKey, dataDirs, connection, connected, stop }, onStop: (end) => void ends.push(end) };
  };
  return orStopped(make, stop);
};

/** A replica in this process, on a connection of its own. */
export type TestReplica = {
  readonly service: () => Service;
  readonly stop: () => Promise<void>;
  /** After a stop; with other options if some are given. */
  readonly start: (options?: Partial<ServiceOptions>) => Promise<void>;
};

/** How the replicas of a test differ from those of everyone. */
export type Special = {
  /** What starts each: a service made from other sources. */
  readonly startService?: typeof startService;
  /** What stands between a replica and NATS, such as a delay. */
  readonly broker?: (broker: Broker) => Broker;
};

const replicaOf = async (installation: Installation, dataDir: string, special: Special): Promise<TestReplica> => {
  const broker = orThrow(await natsBroker(await installation.connection(), subjects));
  const options: ServiceOptions = {
    broker: special.broker?.(broker) ?? broker,
    subjects,
    dataDir,
    operatorKey: operatorKeys(installation.operatorKey),
    firstAdmin: undefined,
    acceptHistory: undefined,
    http: { host: '127.0.0.1', port: 0 },
    logLevel: 'silent',
  };
  let service: Service | undefined;
  const startIt: TestReplica['start'] = async (changed = {}) => {
    service = orThrow(await (special.startService ?? startService)({ ...options, ...changed }));
  };
  const stop = async (): Promise<void> => {
    const running = service;
    service = undefined;
    await running?.stop();
  };
  installation.onStop(stop);
  await startIt();
  return { service: () => service!, stop, start: startIt };
};

export type Replicas = Installation & { readonly replicas: ReadonlyArray<TestReplica> };

/** Replicas in this process: two on a cluster of three unless said otherwise, started at the same time. */
export const startReplicas = async (options: ReplicasOptions & Special = {}): Promise<Replicas> => {
  const installation = await startInstallation(options);
  return orStopped(async () => ({ ...installation, replicas: await Promise.all(installation.dataDirs.map((dataDir) => replicaOf(installation, dataDir, options))) }), installation.stop);
};
