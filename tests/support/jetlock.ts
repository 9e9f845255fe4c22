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
import { startNats, type StartOptions, type TestNats } from './nats.ts';

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
  /** A client of a service with a new token, or with an identity that is given. */
  readonly clientOf: (name: string, identity?: ServiceIdentity) => Promise<Client>;
  /** Stops the service and starts it again, with other options if some are given. */
  readonly restart: (options?: Partial<ServiceOptions>) => Promise<Either<unknown, Service>>;
  readonly stop: () => Promise<void>;
};

export const startJetlock = async (options: StartOptions & { readonly logLevel?: string } = {}): Promise<Jetlock> => {
  const nats = await startNats(undefined, options);
  const dataDir = await mkdtemp(join(tmpdir(), 'jetlock-data-'));
  const opened: NatsConnection[] = [];
  const connection = async (): Promise<NatsConnection> => {
    const nc = await connect({ servers: nats.url, maxReconnectAttempts: -1, reconnectTimeWait: 50, noAsyncTraces: true });
    opened.push(nc);
    return nc;
  };
  const own = await connection();
  orThrow(await provision(own, subjects, { replicas: 1 })());
  const key = newSigningKey();
  const name = sure(AdminName, 'alice');
  const serviceOptions = async (): Promise<ServiceOptions> => ({
    broker: orThrow(await natsBroker(own, subjects)),
    subjects,
    dataDir: join(dataDir, 'data'),
    operatorKey: { current: undefined, previous: undefined },
    firstAdmin: { admin: name, publicKey: key.publicKey },
    acceptHistory: undefined,
    http: { host: '127.0.0.1', port: 0 },
    logLevel: options.logLevel ?? 'silent',
  });
  let service = orThrow(await startService(await serviceOptions()));
  const identity: AdminIdentity = { admin: name, ...key, ...service.identity };
  const parts = async () => {
    const transport = natsTransport(await connection(), subjects);
    return { transport, subjects, keys: serviceKeys({ transport, subjects, trust: { signer: identity.servicePublicKey } }), client };
  };
  return {
    nats,
    dataDir,
    identity,
    service: () => service,
    admin: adminClient({ ...(await parts()), identity }),
    connection,
    clientOf: async (service, given) => clientOf({ ...(await parts()), identity: given ?? newTokenIdentity(sure(ServiceName, service)) }),
    restart: async (changed = {}) => {
      await service.stop();
      const started = await startService({ ...(await serviceOptions()), ...changed });
      if (!isLeft(started)) service = started.right;
      return started;
    },
    stop: async () => {
      await service.stop().catch(() => undefined);
      await Promise.all(opened.map((nc) => nc.close()));
      await nats.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};
