/** Reads of a namespace of ten secrets by its access key over HTTP, beside bare fastify that answers as many bytes, at once or after a grouped append. */
import { jetstreamManager, StorageType } from '@nats-io/jetstream';
import { newBoxKey } from '../../crypto/box.ts';
import { startInstallation, type Installation } from '../../tests/support/replicas.ts';
import type { Benchmark, Figure } from '../benchmark.ts';
import { FLOOR_STREAM } from '../reads/floors.ts';
import type { Measured } from '../reads/loop.ts';
import { median } from '../support/median.ts';
import { startProgram, startReplicaAt } from '../reads/processes.ts';
import type { Asked } from './ask.ts';
import type { Order, Reply } from './child.ts';

const SECRETS = 10;
const VALUE = 'v'.repeat(64);
const IN_FLIGHT = 16;
/** Some ten thousands of reads go by until V8 has compiled all that they take. */
const ROUNDS_BEFORE = 4;
const ROUNDS = 5;
const SECONDS = 3;
const BAR = 8_000;

const post = async (url: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<Readonly<Record<string, string>>> => {
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });
  if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer.json() as Promise<Readonly<Record<string, string>>>;
};

/** A namespace, and how it is read. */
const fill = async (url: string): Promise<Asked> => {
  const { accessKey = '' } = await post(`${url}/namespaces`, {});
  const shown = { 'jetlock-access-key': accessKey };
  for (let n = 0; n < SECRETS; n += 1) await post(`${url}/namespace`, { key: `KEY_${n}`, value: VALUE }, shown);
  return { url: `${url}/namespace`, headers: { ...shown, 'recipient-key': newBoxKey().publicKey } };
};

/** Seconds of processor that the service has used. */
const cpuOf = async (url: string): Promise<number> => Number(/^process_cpu_seconds_total (\S+)/m.exec(await (await fetch(`${url}/metrics`)).text())?.[1]);

const addFloorStream = async ({ connection }: Installation): Promise<void> => {
  const { streams } = await jetstreamManager(await connection());
  await streams.add({ name: FLOOR_STREAM, subjects: ['floor.events'], storage: StorageType.File });
};

type Round = Readonly<Record<'bare' | 'grouped' | 'ours', Measured>> & { readonly cpuMs: number };

const makeRound = async (installation: Installation, url: string): Promise<() => Promise<Round>> => {
  const ours = await fill(url);
  const bytes = (await (await fetch(ours.url, { headers: ours.headers })).arrayBuffer()).byteLength;
  const [floors, asker] = [startProgram<Order, Reply>(installation, 'namespaces/child'), startProgram<Order, Reply>(installation, 'namespaces/child')];
  const base = (await floors.tell({ order: 'answer', servers: installation.cluster.urls, bytes })) as string;
  const ask = (asked: Asked) => asker.tell({ order: 'ask', ...asked, inFlight: IN_FLIGHT, seconds: SECONDS }) as Promise<Measured>;
  return async () => {
    const [bare, grouped] = [await ask({ url: `${base}/bare`, headers: {} }), await ask({ url: `${base}/grouped`, headers: {} })];
    const before = await cpuOf(url);
    const measured = await ask(ours);
    return { bare, grouped, ours: measured, cpuMs: (((await cpuOf(url)) - before) * 1000) / (measured.perSecond * SECONDS) };
  };
};

const figuresOf = (rounds: ReadonlyArray<Round>): ReadonlyArray<Figure> => {
  const of = (who: 'bare' | 'grouped' | 'ours', part: keyof Measured): number => median(rounds.map((round) => round[who][part]));
  const rate = { what: `${IN_FLIGHT} in flight`, value: of('ours', 'perSecond'), unit: 'reads/s' };
  return [
    { ...rate, bar: { atLeast: BAR } },
    { ...rate, what: `${rate.what}, beside fastify alone`, floor: of('bare', 'perSecond') },
    { ...rate, what: `${rate.what}, beside fastify after a grouped append`, floor: of('grouped', 'perSecond') },
    ...(['p50', 'p99'] as const).map((part) => ({ what: `${IN_FLIGHT} in flight, ${part}`, value: of('ours', part), unit: 'ms', floor: of('grouped', part) })),
    { what: 'processor time of the service for each read', value: median(rounds.map(({ cpuMs }) => cpuMs)), unit: 'ms' },
  ];
};

const run: Benchmark['run'] = async (say) => {
  const installation = await startInstallation({ servers: 1, replicas: 1 });
  try {
    await addFloorStream(installation);
    const { httpUrl } = await startReplicaAt(installation, installation.dataDirs[0] ?? '');
    const next = await makeRound(installation, httpUrl);
    // Programs that have run for a while are what is compared.
    for (let n = 0; n < ROUNDS_BEFORE; n += 1) await next();
    const rounds: Round[] = [];
    for (let n = 0; n < ROUNDS; n += 1) {
      const round = await next();
      rounds.push(round);
      say((['bare', 'grouped', 'ours'] as const).map((who) => `${who} ${round[who].perSecond.toFixed(0)}/s p50 ${round[who].p50.toFixed(1)} p99 ${round[who].p99.toFixed(1)} ms`).join(' | '));
    }
    return figuresOf(rounds);
  } finally {
    await installation.stop();
  }
};

export const namespaces: Benchmark = { name: 'namespaces', does: `reads a namespace of ${SECRETS} secrets by its access key over HTTP, ${IN_FLIGHT} in flight`, run };
