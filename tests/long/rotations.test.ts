/**
 * A process that dies at any of its calls to the log or to the bucket of keys while keys are replaced: whoever starts next
 * completes it, everything opens, and what had to go is gone.
 */
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { adminClient, type AdminClient } from '../../client/admin.ts';
import { clientOf, type Client } from '../../client/client.ts';
import { newTokenIdentity, type AdminIdentity, type ServiceIdentity } from '../../client/credential.ts';
import { serviceKeys } from '../../client/keys.ts';
import type { Transport } from '../../client/transport.ts';
import { utf8 } from '../../crypto/bytes.ts';
import { newSigningKey } from '../../crypto/sign.ts';
import type { AdminCommand } from '../../events/command.ts';
import { RotatedPurpose } from '../../events/keyring/keyring.ts';
import { AdminName, ClientInfo, Namespace, Prefix, type Sequence, sure } from '../../events/vocabulary.ts';
import { startService, type Service, type ServiceOptions } from '../../services/service.ts';
import { latch } from '../support/latch.ts';
import { memoryWorld, type Death, type MemoryWorld } from '../support/memory-broker.ts';
import { orThrow, subjects } from '../support/jetlock.ts';
import { scaled } from '../support/scale.ts';
import { pathOf, serviceOf } from '../support/steps.ts';

const about = sure(ClientInfo, { name: 'test', version: '1.0.0' });
const owner = { admin: sure(AdminName, 'alice'), ...newSigningKey() };
const reader = newTokenIdentity(serviceOf('reader'));

const root = await mkdtemp(join(tmpdir(), 'jetlock-rotations-'));

/** An installation: what is outside of the process. */
type Place = { readonly world: MemoryWorld; readonly dataDir: string };
type Running = { readonly service: Service; readonly transport: Transport; readonly admin: AdminClient; readonly identity: AdminIdentity };

const start = async ({ world, dataDir }: Place, death?: Death, options: Partial<ServiceOptions> = {}): Promise<Running> => {
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
  return { service, transport, identity, admin: adminClient({ transport, subjects, keys, identity, client: about }) };
};

const asReader = ({ transport }: Running, identity: ServiceIdentity = reader): Client =>
  clientOf({ transport, subjects, keys: serviceKeys({ transport, subjects, trust: { firstUse: true } }), identity, client: about });

const command = async ({ admin }: Running, wanted: AdminCommand) => orThrow(await admin.command(wanted)());
const write = async ({ admin }: Running, path: string, value: string) => orThrow(await admin.writeSecret(pathOf(path), utf8(value))());

const VALUES = { 'a/x/ONE': 'one', 'a/x/TWO': 'two', 'b/THREE': 'three' } as const;
const PATHS = Object.keys(VALUES);
const NEW = 'b/NEW';
const GONE = 'a/x/GONE';

/** Three secrets in two namespaces that one service may read, and one more. */
const furnished = async (running: Running): Promise<void> => {
  for (const [path, value] of Object.entries({ ...VALUES, [GONE]: 'gone' })) await write(running, path, value);
  const client = asReader(running);
  const { fingerprint } = await client.register();
  const { items } = orThrow(await running.admin.query('service.list', { service: reader.service })());
  const seen = items[0]?.credentials[0]?.seq ?? (0 as Sequence);
  await command(running, { operation: 'service.approve', service: reader.service, fingerprint, seen });
  for (const target of ['a/', 'b/'])
    await command(running, { operation: 'access.grant', service: reader.service, target: sure(Prefix, target), seen: 0 as Sequence, reason: null, duration: null, once: false });
};

const base = await (async (): Promise<Place> => {
  const place = { world: memoryWorld(), dataDir: join(root, 'base') };
  const running = await start(place);
  await furnished(running);
  await running.service.stop();
  return place;
})();

let copies = 0;
const copyOf = async ({ world, dataDir }: Place): Promise<Place> => {
  const copy = join(root, `copy-${(copies += 1)}`);
  await cp(dataDir, copy, { recursive: true });
  // Heads are of no concern here, and a copy is younger than its original.
  return { world: await world.copy(), dataDir: copy };
};

type KeyFile = { readonly current: { readonly key: string; readonly since: number }; readonly previous: unknown };
const keyFileOf = async ({ dataDir }: Place): Promise<KeyFile> => JSON.parse(await readFile(join(dataDir, 'operator-keys.json'), 'utf8')) as KeyFile;

type Rotation = {
  readonly name: string;
  readonly begin: (running: Running) => Promise<unknown>;
  /** Whether the order stands in the log, or it was carried out. */
  readonly purposes: ReadonlyArray<RotatedPurpose>;
  readonly namespaces?: ReadonlyArray<string>;
  /** Destroys what was wrapped or opened by these of the installation as it was. */
  readonly destroys: ReadonlyArray<string>;
};

const rotate = (...purposes: ReadonlyArray<RotatedPurpose>) => (running: Running) => command(running, { operation: 'key.rotate', purposes });

const ROTATIONS: ReadonlyArray<Rotation> = [
  { name: 'root and operator', begin: rotate('root', 'operator'), purposes: ['root', 'operator'], destroys: ['root'] },
  { name: 'operator', begin: rotate('operator'), purposes: ['operator'], destroys: [] },
  { name: 'root', begin: rotate('root'), purposes: ['root'], destroys: ['root'] },
  { name: 'signing', begin: rotate('signing'), purposes: ['signing'], destroys: [] },
  { name: 'log', begin: rotate('log'), purposes: ['log'], destroys: [] },
  { name: 'box', begin: rotate('box'), purposes: ['box'], destroys: ['box'] },
  { name: 'everything', begin: rotate(...(Object.keys(RotatedPurpose.keys) as RotatedPurpose[])), purposes: ['root', 'operator', 'log', 'signing', 'box'], destroys: ['root', 'box'] },
  { name: 'a namespace', begin: (running) => command(running, { operation: 'namespace.rotate', namespace: sure(Namespace, 'a/x') }), purposes: [], destroys: [] },
  {
    name: 'a delete and a rotation',
    begin: async (running) => {
      // Gone already, when it is the rotation alone that is given again.
      await running.admin.command({ operation: 'secret.delete', path: pathOf(GONE) })();
      return rotate('root', 'operator')(running);
    },
    purposes: ['root', 'operator'],
    destroys: ['root'],
  },
];

const readAll = async (running: Running): Promise<ReadonlyArray<string>> => {
  const client = asReader(running);
  return (await client.get(PATHS)).map((secret) => secret.text());
};

const statusOf = async ({ admin }: Running) => orThrow(await admin.query('key.status', {})());

/** What is stored now, by the operator's keys and ids that wrap it. */
const wrappersIn = ({ world }: Place): ReadonlySet<string> => new Set([...world.keys().values()].map(({ key }) => key.wrappedBy));

/** After the next start: everything opens, can be written, and what was begun is completed. */
const completed = async (t: ExecutionContext, place: Place, { name, begin, purposes, destroys }: Rotation, what: string): Promise<void> => {
  const before = { status: await statusOf(await baseRunning()), file: await keyFileOf(base) };
  const running = await start(place);
  t.deepEqual(await readAll(running), Object.values(VALUES), `${name}: ${what}: everything opens`);
  await write(running, NEW, 'new');
  const orders = await statusOf(running);
  t.false(orders.operatorKeyRetired || orders.keys.some(({ current, retired }) => current && retired), `${name}: ${what}: nothing is left half done`);
  t.is((await keyFileOf(place)).previous, null, `${name}: ${what}: no old operator key is kept`);
  // An order that did not reach the log is given again; one that did is complete, and is not needed twice.
  await begin(running).catch(() => undefined);
  const after = await statusOf(running);
  t.deepEqual(await readAll(running), Object.values(VALUES), `${name}: ${what}: everything opens at the end`);
  const isOperatorOut = purposes.includes('operator');
  t.is(after.operatorKey !== before.status.operatorKey, isOperatorOut, `${name}: ${what}`);
  t.is(wrappersIn(place).has(before.status.operatorKey), !isOperatorOut, `${name}: ${what}: what the old operator key opens`);
  t.is((await readFile(join(place.dataDir, 'operator-keys.json'), 'utf8')).includes(before.file.current.key), !isOperatorOut, `${name}: ${what}: the old operator key`);
  for (const purpose of destroys)
    for (const { id } of before.status.keys.filter((key) => key.purpose === purpose)) {
      t.false(place.world.keys().has(id), `${name}: ${what}: the old ${purpose} key is gone`);
      t.false(wrappersIn(place).has(id), `${name}: ${what}: nothing is wrapped by the old ${purpose} key`);
    }
  await running.service.stop();
};

let kept: Promise<Running> | undefined;
/** The installation as it was, running, to be asked. */
const baseRunning = (): Promise<Running> => (kept ??= copyOf(base).then((place) => start(place)));
test.after.always(async () => {
  await (await kept)?.service.stop();
  await rm(root, { recursive: true, force: true });
});

/** @returns false if the rotation was over before that call */
const interrupted = async (t: ExecutionContext, rotation: Rotation, at: number, withEffect: boolean): Promise<boolean> => {
  const place = await copyOf(base);
  const dead = latch<boolean>(20_000, `call ${at}`);
  // Counted from the command on: what a start does is not what this is about.
  const death: Death = { at: undefined, withEffect, died: () => dead.open(true) };
  const running = await start(place, death);
  death.at = at;
  void rotation.begin(running).then(() => dead.open(false), () => undefined);
  const isDead = await dead.opened();
  void running.service.stop();
  await completed(t, place, rotation, isDead ? `died at call ${at} ${withEffect ? 'after' : 'before'} its effect` : 'not interrupted');
  return isDead;
};

const STEP = scaled(5, 1);

for (const rotation of ROTATIONS)
  test.serial(`${rotation.name}: interrupted at any call it is completed at the next start`, async (t) => {
    let [at, points] = [1, 0];
    for (; await interrupted(t, rotation, at, at % 2 === 0 || STEP === 1); at += STEP) {
      points += 1;
      if (STEP === 1) await interrupted(t, rotation, at, false);
    }
    t.log(`${points} points, the last call before ${at}`);
    t.true(points > 0);
  });
