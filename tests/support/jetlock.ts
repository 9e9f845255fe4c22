/** A real service on a real nats-server, on a store and in a data directory that are thrown away. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isLeft, type Either } from 'fp-ts/lib/Either.js';
import { connect, type NatsConnection } from 'nats';
import { adminClient, type AdminClient } from '../../client/admin.ts';
import { clientOf, type Client } from '../../client/client.ts';
import { newTokenIdentity, type AdminIdentity, type ServiceIdentity } from '../../client/credential.ts';
import { serviceKeys } from '../../client/keys.ts';
import { natsTransport } from '../../client/nats/transport.ts';
import { newSigningKey } from '../../crypto/sign.ts';
import { subjectsUnder } from '../../events/subjects.ts';
import { AdminName, ClientInfo, ServiceName, sure } from '../../events/vocabulary.ts';
import { natsBroker } from '../../services/nats/broker.ts';
import { provision } from '../../services/nats/provision.ts';
import { startService, type Service, type ServiceOptions } from '../../services/service.ts';
import { until } from './latch.ts';
import { startNats, type StartOptions, type TestNats } from './nats.ts';
import { eventually } from './poll.ts';

export const subjects = subjectsUnder('secrets');
const client = sure(ClientInfo, { name: 'test', version: '1.0.0' });

export const orThrow = <E, A>(result: Either<E, A>): A => {
  if (isLeft(result)) throw new Error(`not expected: ${JSON.stringify(result.left)}`);
  return result.right;
};

export type Jetlock = {
  readonly nats: TestNats;
  readonly dataDir: string;
  readonly identity: AdminIdentity;
  readonly service: () => Service;
  readonly admin: AdminClient;
  readonly connection: () => Promise<NatsConnection>;
  /** Settles when every connection stands: what is sent while one does not, the library may drop without a word. */
  readonly connected: () => Promise<unknown>;
  /** A client of a service with a new token, or with an identity that is given. */
  readonly clientOf: (name: string, identity?: ServiceIdentity) => Promise<Client>;
  /** Stops the service and starts it again, with other options if some are given. */
  readonly restart: (options?: Partial<ServiceOptions>) => Promise<Either<unknown, Service>>;
  /** The service alone; what it runs on goes on. */
  readonly stopService: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

type JetlockOptions = StartOptions & Partial<Pick<ServiceOptions, 'logLevel' | 'logTo'>>;
type Starting = { readonly own: NatsConnection; readonly dataDir: string; readonly firstAdmin: ServiceOptions['firstAdmin']; readonly options: JetlockOptions };

const serviceOptions = async ({ own, dataDir, firstAdmin, options }: Starting): Promise<ServiceOptions> => ({
  broker: orThrow(await natsBroker(own, subjects)),
  subjects,
  dataDir: join(dataDir, 'data'),
  operatorKey: { current: undefined, previous: undefined },
  firstAdmin,
  acceptHistory: undefined,
  http: { host: '127.0.0.1', port: 0 },
  logLevel: options.logLevel ?? 'silent',
  ...(options.logTo === undefined ? {} : { logTo: options.logTo }),
});

/** One service at a time: stopped once, started as often as wanted. */
const serviceOf = async (starting: Starting) => {
  let service = orThrow(await startService(await serviceOptions(starting)));
  let isRunning = true;
  const stop = async (): Promise<void> => {
    if (isRunning) await service.stop();
    isRunning = false;
  };
  const restart: Jetlock['restart'] = async (changed = {}) => {
    await stop();
    const started = await startService({ ...(await serviceOptions(starting)), ...changed });
    if (isLeft(started)) return started;
    service = started.right;
    isRunning = true;
    return started;
  };
  return { service: () => service, stop, restart };
};

/** Connections that are closed together. */
const connectionsTo = (url: string) => {
  const opened: NatsConnection[] = [];
  const open = async (): Promise<NatsConnection> => {
    const nc = await connect({ servers: url, maxReconnectAttempts: -1, reconnectTimeWait: 50, noAsyncTraces: true });
    opened.push(nc);
    return nc;
  };
  const roundTrips = () => until(Promise.all(opened.filter((nc) => !nc.isClosed()).map((nc) => nc.rtt())), 500, 'round trips').catch(() => undefined);
  return { open, connected: () => eventually(roundTrips, 10_000, 'all connections'), close: () => Promise.all(opened.map((nc) => nc.close())) };
};

export const startJetlock = async (options: JetlockOptions = {}): Promise<Jetlock> => {
  const nats = await startNats(undefined, options);
  const dataDir = await mkdtemp(join(tmpdir(), 'jetlock-data-'));
  const { open: connection, connected, close } = connectionsTo(nats.url);
  const own = await connection();
  orThrow(await provision(own, subjects, { replicas: 1 })());
  const key = newSigningKey();
  const name = sure(AdminName, 'alice');
  const { service, stop: stopService, restart } = await serviceOf({ own, dataDir, firstAdmin: { admin: name, publicKey: key.publicKey }, options });
  const identity: AdminIdentity = { admin: name, ...key, ...service().identity };
  const parts = async () => {
    const transport = natsTransport(await connection(), subjects);
    return { transport, subjects, keys: serviceKeys({ transport, subjects, trust: { signer: identity.servicePublicKey } }), client };
  };
  return {
    ...{ nats, dataDir, identity, service, connection, connected, stopService, restart },
    admin: adminClient({ ...(await parts()), identity }),
    clientOf: async (of, given) => clientOf({ ...(await parts()), identity: given ?? newTokenIdentity(sure(ServiceName, of)) }),
    stop: async () => {
      await stopService().catch(() => undefined);
      await close();
      await nats.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};
