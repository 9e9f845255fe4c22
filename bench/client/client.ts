/** What it is like to be a client: how soon a rotation is there, how long a start takes, what it weighs, what one request for all saves. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { newTokenIdentity, writeServiceIdentity } from '../../client/credential.ts';
import { createSecretsClient, type SecretsOptions } from '../../client/mod.ts';
import { orThrow } from '../../tests/support/jetlock.ts';
import { startInstallation, type Installation } from '../../tests/support/replicas.ts';
import { serviceOf, stepsOf } from '../../tests/support/steps.ts';
import type { Benchmark, Figure } from '../benchmark.ts';
import { startProgram, startReplica } from '../reads/processes.ts';
import { ASKED_SUBJECT, FLOOR_SUBJECT, sharedNow, type Order, type Reply } from './child.ts';
import { median } from '../support/median.ts';

const CONNECTIONS = 100;
const ROTATIONS = 20;
const STARTS = 15;
const KEYS = 50;
const ROUNDS = 30;
/** Between rotations: until all have told which version they run. */
const REST_MS = 2_500;
const FIRST_SECRET = fileURLToPath(new URL('../bench/client/first-secret.js', import.meta.url));

const sorted = (values: ReadonlyArray<number>): ReadonlyArray<number> => [...values].sort((a, b) => a - b);
const part = (values: ReadonlyArray<number>, of: number): number => sorted(values)[Math.min(values.length - 1, Math.floor(values.length * of))] ?? NaN;

type Scene = { readonly replica: number | undefined; readonly installation: Installation; readonly options: SecretsOptions; readonly write: (key: string, value: string) => Promise<unknown> };

const makeScene = async (): Promise<Scene> => {
  const installation = await startInstallation({ servers: 1, replicas: 1 });
  const [dataDir = ''] = installation.dataDirs;
  const { pid: replica } = await startReplica(installation, dataDir);
  const [steps, identity, file] = [stepsOf(installation), newTokenIdentity(serviceOf('fleet')), join(dataDir, 'fleet.json')];
  orThrow(writeServiceIdentity(file, identity));
  await steps.approved('fleet', identity);
  await steps.grant('fleet', 'prod/shop/');
  const write = (key: string, value: string) => steps.write(`prod/shop/${key}`, value);
  for (const key of ['KEY', ...Array.from({ length: KEYS }, (_, n) => `KEY_${n}`)]) await write(key, 'v');
  const { servicePublicKey } = installation.identity;
  return { replica, installation, write, options: { namespace: 'prod/shop', nats: { servers: [...installation.cluster.urls] }, identity: file, servicePublicKey } };
};

/** One way in which it gets to all connections. */
type Way = {
  readonly tell: (order: Order) => Promise<Reply>;
  readonly ask: boolean;
  /** Sets it off. @returns when */
  readonly begin: (n: number) => Promise<number>;
  /** How long after that it came to each. */
  readonly took: number[];
  cpu: number;
};

/** All ways by turns, so that whatever else the machine does falls on all of them. */
const rounds = async (ways: ReadonlyArray<Way>): Promise<void> => {
  for (let n = 0; n < ROTATIONS; n += 1) {
    for (const way of ways) {
      await way.tell({ order: 'begin', ask: way.ask });
      const [before = NaN] = await way.tell({ order: 'cpu' });
      const began = await way.begin(n);
      for (const at of await way.tell({ order: 'arrivals', count: CONNECTIONS })) way.took.push(at - began);
      const [after = NaN] = await way.tell({ order: 'cpu' });
      way.cpu += after - before;
      await delay(REST_MS);
    }
  }
};

/** Of another process, milliseconds, in steps of 10. */
const cpuOf = (pid: number | undefined): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
};

const rotation = async ({ replica, installation, options, write }: Scene): Promise<ReadonlyArray<Figure>> => {
  const [watchers, subscribers] = [startProgram<Order, Reply>(installation, 'client/child'), startProgram<Order, Reply>(installation, 'client/child')];
  await subscribers.tell({ order: 'subscribe', count: CONNECTIONS, servers: installation.cluster.urls });
  await watchers.tell({ order: 'watch', count: CONNECTIONS, options });
  const nc = await installation.connection();
  nc.subscribe(ASKED_SUBJECT, { callback: (_, message) => void message.respond() });
  await delay(2_000);
  const tellAll = async (): Promise<number> => {
    const began = sharedNow();
    nc.publish(FLOOR_SUBJECT);
    return began;
  };
  const writing: number[] = [];
  const rotate = async (n: number): Promise<number> => {
    const began = sharedNow();
    await write('KEY', `rotated ${n}`);
    writing.push(sharedNow() - began);
    return began;
  };
  const of = (way: Pick<Way, 'tell' | 'ask' | 'begin'>): Way => ({ ...way, took: [], cpu: 0 });
  const floor = of({ tell: subscribers.tell, ask: false, begin: tellAll });
  const asking = of({ tell: subscribers.tell, ask: true, begin: tellAll });
  const rotated = of({ tell: watchers.tell, ask: false, begin: rotate });
  const before = cpuOf(replica);
  await rounds([floor, asking, rotated]);
  const deliveries = ROTATIONS * CONNECTIONS;
  const cpu = (ms: number) => ({ value: (ms * 1_000) / deliveries, unit: 'us' });
  return [
    { what: 'the write itself, p50', value: median(writing), unit: 'ms' },
    { what: `rotation to onChange of ${CONNECTIONS} connections, from the command, p50`, value: median(rotated.took), unit: 'ms', bar: { atMost: 10 } },
    { what: 'the same, p99', value: part(rotated.took, 0.99), unit: 'ms', bar: { atMost: 50 } },
    { what: `a bare publish to ${CONNECTIONS} subscribers, p50`, value: median(floor.took), unit: 'ms' },
    { what: 'the same, p99', value: part(floor.took, 0.99), unit: 'ms' },
    { what: 'a bare publish, and each of them asks something and is answered, p50', value: median(asking.took), unit: 'ms' },
    { what: 'the same, p99', value: part(asking.took, 0.99), unit: 'ms' },
    { what: 'processor of the watching process for each delivery, beside bare subscribers', ...cpu(rotated.cpu), floor: cpu(floor.cpu).value },
    { what: 'processor of the service for each delivery, with what follows and between', ...cpu(cpuOf(replica) - before) },
  ];
};

type Start = { readonly ms: number; readonly rssBytes: number };

const start = async (kind: 'typed' | 'bare', options: SecretsOptions): Promise<Start> =>
  JSON.parse((await promisify(execFile)(process.execPath, [FIRST_SECRET, kind, JSON.stringify(options)], { env: {} })).stdout) as Start;

const starts = async ({ options }: Scene): Promise<ReadonlyArray<Figure>> => {
  const [typed, bare]: [Start[], Start[]] = [[], []];
  for (let n = 0; n < STARTS; n += 1) {
    bare.push(await start('bare', options));
    typed.push(await start('typed', options));
  }
  const of = (measured: ReadonlyArray<Start>, field: keyof Start): number => median(measured.map((one) => one[field]));
  return [
    { what: 'import to first secret, beside a bare connection and request', value: of(typed, 'ms'), unit: 'ms', floor: of(bare, 'ms') },
    { what: 'memory then, beside the same', value: of(typed, 'rssBytes') / 1e6, unit: 'MB', floor: of(bare, 'rssBytes') / 1e6 },
  ];
};

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await work();
  return performance.now() - began;
};

const gets = async ({ options }: Scene): Promise<ReadonlyArray<Figure>> => {
  const keys = Array.from({ length: KEYS }, (_, n) => `KEY_${n}`);
  const secrets = createSecretsClient(Object.fromEntries(keys.map((key) => [key, ''])), options);
  await secrets.getAll();
  const [all, oneByOne, atOnce]: [number[], number[], number[]] = [[], [], []];
  for (let n = 0; n < ROUNDS; n += 1) {
    all.push(await timed(() => secrets.getAll()));
    oneByOne.push(await timed(async () => { for (const key of keys) await secrets.getSecret(key); }));
    atOnce.push(await timed(() => Promise.all(keys.map((key) => secrets.getSecret(key)))));
  }
  await secrets.close();
  return [
    { what: `getAll of ${KEYS}, beside ${KEYS} gets one after another`, value: median(all), unit: 'ms', floor: median(oneByOne) },
    { what: `getAll of ${KEYS}, beside ${KEYS} gets at once`, value: median(all), unit: 'ms', floor: median(atOnce) },
  ];
};

const run: Benchmark['run'] = async (say) => {
  const scene = await makeScene();
  try {
    say(`${STARTS} starts of each kind`);
    const ofStarts = await starts(scene);
    say(`${ROUNDS} rounds of ${KEYS} keys`);
    const ofGets = await gets(scene);
    say(`${ROTATIONS} rotations, ${CONNECTIONS} connections`);
    return [...(await rotation(scene)), ...ofStarts, ...ofGets];
  } finally {
    await scene.installation.stop();
  }
};

export const client: Benchmark = { name: 'client', does: 'rotations to watching clients, starts, and one request for many keys', run };
