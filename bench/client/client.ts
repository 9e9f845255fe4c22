/** What it is like to be a client: how soon a rotation is there, how long a start takes, what it weighs, what one request for all saves. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { newTokenIdentity, writeServiceIdentity } from '../../client/credential.ts';
import { createSecretsClient, type SecretsOptions } from '../../client/mod.ts';
import { orThrow } from '../../tests/support/jetlock.ts';
import { startInstallation } from '../../tests/support/replicas.ts';
import { serviceOf, stepsOf } from '../../tests/support/steps.ts';
import type { Benchmark, Figure } from '../benchmark.ts';
import { startReplica } from '../reads/processes.ts';
import { median } from '../support/median.ts';
import { CONNECTIONS, rotation, ROTATIONS, type Scene } from './rotation.ts';

const STARTS = 15;
const KEYS = 50;
const ROUNDS = 30;
const FIRST_SECRET = fileURLToPath(new URL('../bench/client/first-secret.js', import.meta.url));

const makeScene = async (): Promise<Scene> => {
  const installation = await startInstallation({ servers: 1, replicas: 1 });
  const [dataDir = ''] = installation.dataDirs;
  const { pid } = await startReplica(installation, dataDir);
  const [steps, identity, file] = [stepsOf(installation), newTokenIdentity(serviceOf('fleet')), join(dataDir, 'fleet.json')];
  orThrow(writeServiceIdentity(file, identity));
  await steps.approved('fleet', identity);
  await steps.grant('fleet', 'prod/shop/');
  const write = (key: string, value: string) => steps.write(`prod/shop/${key}`, value);
  for (const key of ['KEY', ...Array.from({ length: KEYS }, (_, n) => `KEY_${n}`)]) await write(key, 'v');
  const { servicePublicKey } = installation.identity;
  return { pid, installation, write, options: { namespace: 'prod/shop', nats: { servers: [...installation.cluster.urls] }, identity: file, servicePublicKey } };
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
    say(`${ROTATIONS} rotations to ${CONNECTIONS} connections, in one process and in several`);
    return [...(await rotation(scene)), ...ofStarts, ...ofGets];
  } finally {
    await scene.installation.stop();
  }
};

export const client: Benchmark = { name: 'client', does: 'rotations to watching clients, starts, and one request for many keys', run };
