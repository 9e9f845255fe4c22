/** A small installation in memory, with its data directory on the disk: started as often, and by as many replicas, as a test wants. */
import { cp, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adminClient, type AdminClient } from '../../client/admin.ts';
import { clientOf, type Client } from '../../client/client.ts';
import { newTokenIdentity, type AdminIdentity, type ServiceIdentity } from '../../client/credential.ts';
import { serviceKeys, type Trust } from '../../client/keys.ts';
import { systemTime } from '../../client/retry.ts';
import type { Transport } from '../../client/transport.ts';
import { utf8 } from '../../crypto/bytes.ts';
import { newSigningKey } from '../../crypto/sign.ts';
import type { AdminCommand } from '../../events/command.ts';
import { AdminName, ClientInfo, Fingerprint, Prefix, type Sequence, sure } from '../../events/vocabulary.ts';
import { startService, type Service, type ServiceOptions } from '../../services/service.ts';
import { memoryWorld, type Death, type MemoryWorld } from './memory-broker.ts';
import { orThrow, subjects } from './jetlock.ts';
import { pathOf, serviceOf } from './steps.ts';

/** Asked for anew each time, for tests that move the clock of this process. */
const time = { ...systemTime, now: () => Date.now() };
const about = sure(ClientInfo, { name: 'test', version: '1.0.0' });
const owner = { admin: sure(AdminName, 'alice'), ...newSigningKey() };
const reader = newTokenIdentity(serviceOf('reader'));

/** Where the data directories are: to be removed in the end. */
export const root = await mkdtemp(join(tmpdir(), 'jetlock-memory-'));

/** An installation: what is outside of the process. */
export type Place = { readonly world: MemoryWorld; readonly dataDir: string };
export type Running = { readonly service: Service; readonly transport: Transport; readonly admin: AdminClient; readonly identity: AdminIdentity };

export const start = async ({ world, dataDir }: Place, death?: Death, options: Partial<ServiceOptions> = {}): Promise<Running> => {
  const broker = world.broker(death);
  const service = orThrow(
    await startService({
      ...{ broker, subjects, dataDir, firstAdmin: owner, acceptHistory: undefined, logLevel: 'silent' },
      operatorKey: { current: undefined, previous: undefined },
      http: { host: '127.0.0.1', port: 0 },
      ...options,
    }),
  );
  const { transport } = broker;
  const identity = { ...owner, ...service.identity };
  const keys = serviceKeys({ transport, subjects, trust: { firstUse: true } });
  return { service, transport, identity, admin: adminClient({ transport, subjects, keys, identity, client: about, time }) };
};

export const asReader = ({ transport }: Running, trust: Trust = { firstUse: true }, identity: ServiceIdentity = reader): Client =>
  clientOf({ transport, subjects, keys: serviceKeys({ transport, subjects, trust }), identity, client: about, time });

export const command = async ({ admin }: Running, wanted: AdminCommand) => orThrow(await admin.command(wanted)());
export const write = async ({ admin }: Running, path: string, value: string) => orThrow(await admin.writeSecret(pathOf(path), utf8(value))());

export const VALUES = { 'a/x/ONE': 'one', 'a/x/TWO': 'two', 'b/THREE': 'three' } as const;
export const PATHS = Object.keys(VALUES);
export const NEW = 'b/NEW';
export const GONE = 'a/x/GONE';

/** Three secrets in two namespaces that one service may read, and one more. */
const furnished = async (running: Running): Promise<void> => {
  for (const [path, value] of Object.entries({ ...VALUES, [GONE]: 'gone' })) await write(running, path, value);
  const client = asReader(running);
  const fingerprint = sure(Fingerprint, (await client.register()).fingerprint);
  const { items } = orThrow(await running.admin.query('service.list', { service: reader.service })());
  const seen = items[0]?.credentials[0]?.seq ?? (0 as Sequence);
  await command(running, { operation: 'service.approve', service: reader.service, fingerprint, seen });
  for (const target of ['a/', 'b/'])
    await command(running, { operation: 'access.grant', service: reader.service, target: sure(Prefix, target), seen: 0 as Sequence, reason: null, duration: null, once: false, offline: null });
};

let copies = 0;
export const copyOf = async ({ world, dataDir }: Place): Promise<Place> => {
  const copy = join(root, `copy-${(copies += 1)}`);
  await cp(dataDir, copy, { recursive: true });
  // Heads are of no concern here, and a copy is younger than its original.
  return { world: await world.copy(), dataDir: copy };
};

type KeyFile = { readonly current: { readonly key: string; readonly since: number }; readonly previous: unknown };
export const keyFileOf = async ({ dataDir }: Place): Promise<KeyFile> => JSON.parse(await readFile(join(dataDir, 'operator-keys.json'), 'utf8')) as KeyFile;

export const newInstallation = async (): Promise<Place> => {
  const place = { world: memoryWorld(), dataDir: join(root, 'base') };
  const running = await start(place);
  await furnished(running);
  await running.service.stop();
  return place;
};

export const readAll = async (running: Running, trust?: Trust): Promise<ReadonlyArray<string>> => (await asReader(running, trust).get(PATHS)).map((secret) => secret.text());

export const statusOf = async ({ admin }: Running) => orThrow(await admin.query('key.status', {})());
