/** A real service on a real nats-server, on a store and in a data directory that are thrown away. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isLeft, type Either } from 'fp-ts/lib/Either.js';
import type { NatsConnection } from 'nats';
import type { AdminIdentity } from '../../client/credential.ts';
import { newSigningKey } from '../../crypto/sign.ts';
import { AdminName, sure } from '../../events/vocabulary.ts';
import { natsBroker } from '../../services/nats/broker.ts';
import { provision } from '../../services/nats/provision.ts';
import { startService, type Service, type ServiceOptions } from '../../services/service.ts';
import { clientsOf, connectionsTo, subjects, type Clients, type Connections } from './clients.ts';
import { startNats, type StartOptions, type TestNats } from './nats.ts';
import { orStopped, orThrow } from './or-throw.ts';

export { subjects } from './clients.ts';
export { orThrow } from './or-throw.ts';

export type Jetlock = Clients & Pick<Connections, 'connection' | 'connected'> & {
  readonly nats: TestNats;
  readonly dataDir: string;
  readonly identity: AdminIdentity;
  readonly service: () => Service;
  /** Stops the service and starts it again, with other options if some are given. */
  readonly restart: (options?: Partial<ServiceOptions>) => Promise<Either<unknown, Service>>;
  /** The service alone; what it runs on goes on. */
  readonly stopService: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** `console`: where it was built. */
type JetlockOptions = StartOptions & Partial<Pick<ServiceOptions, 'logLevel' | 'logTo' | 'auth' | 'namespaces'>> & Pick<ServiceOptions['http'], 'console' | 'origins'>;
type Starting = { readonly own: NatsConnection; readonly dataDir: string; readonly firstAdmin: ServiceOptions['firstAdmin']; readonly options: JetlockOptions };

const serviceOptions = async ({ own, dataDir, firstAdmin, options }: Starting): Promise<ServiceOptions> => ({
  broker: orThrow(await natsBroker(own, subjects)),
  subjects,
  dataDir: join(dataDir, 'data'),
  operatorKey: { current: undefined, previous: undefined },
  firstAdmin,
  acceptHistory: undefined,
  http: { host: '127.0.0.1', port: 0, origins: options.origins ?? [], ...(options.console === undefined ? {} : { console: options.console }) },
  logLevel: options.logLevel ?? 'silent',
  ...(options.logTo === undefined ? {} : { logTo: options.logTo }),
  ...(options.auth === undefined ? {} : { auth: options.auth }),
  ...(options.namespaces === undefined ? {} : { namespaces: options.namespaces }),
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

export const startJetlock = async (options: JetlockOptions = {}): Promise<Jetlock> => {
  const nats = await startNats(undefined, options);
  const dataDir = await mkdtemp(join(tmpdir(), 'jetlock-data-'));
  const { connection, connected, close } = connectionsTo([nats.url]);
  const stopNats = async (): Promise<void> => {
    await close();
    await nats.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  const make = async (): Promise<Jetlock> => {
    const own = await connection();
    orThrow(await provision(own, subjects, { replicas: 1 })());
    const key = newSigningKey();
    const name = sure(AdminName, 'alice');
    const { service, stop: stopService, restart } = await serviceOf({ own, dataDir, firstAdmin: { admin: name, publicKey: key.publicKey }, options });
    const identity: AdminIdentity = { admin: name, ...key, ...service().identity };
    const stop = () => stopService().catch(() => undefined).then(stopNats);
    return { ...{ nats, dataDir, identity, service, connection, connected, stopService, restart, stop }, ...(await clientsOf(identity, connection)) };
  };
  return orStopped(make, stopNats);
};
