/**
 * Reads beside their floors: a responder that appends a group of events and answers, and one that appends an event for each
 * request. Floors and reads take turns in short rounds, so that whatever else the machine does slows down all of them; the
 * median of each is told.
 */
import type { Benchmark, Figure } from '../benchmark.ts';
import type { Asking } from './child.ts';
import type { Measured } from './loop.ts';
import { makeScene, type Scene } from './scene.ts';
import { median } from '../support/median.ts';

const ROUNDS = 7;
const ROUND_MS = 1_500;
const WARM_MS = 1_000;
/** Programs that have run for a while are what is compared: in the first thousands of requests most of the time goes into compiling. */
const COMPILED_AFTER = 20_000;

type Say = (line: string) => void;
type Contenders = Readonly<Record<string, Asking>>;
type Results<C extends Contenders> = { readonly [K in keyof C]: Measured };

const FLOORS = { grouped: { floor: 'grouped' }, bare: { floor: 'bare' } } as const;

const medians = (all: ReadonlyArray<Measured>): Measured => ({
  perSecond: median(all.map(({ perSecond }) => perSecond)),
  p50: median(all.map(({ p50 }) => p50)),
  p99: median(all.map(({ p99 }) => p99)),
});

const told = (name: string, { perSecond, p50, p99 }: Measured): string => `${name} ${perSecond.toFixed(0)}/s p50 ${p50.toFixed(2)} p99 ${p99.toFixed(2)} ms`;

/** All of them in turn, round after round. */
export const compete = async <C extends Contenders>({ ask }: Scene, contenders: C, inFlight: number, say: Say): Promise<Results<C>> => {
  const rounds = new Map<string, Measured[]>(Object.keys(contenders).map((name) => [name, []]));
  for (const asking of Object.values(contenders)) await ask(asking, inFlight, WARM_MS);
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [name, asking] of Object.entries(contenders)) rounds.get(name)?.push(await ask(asking, inFlight, ROUND_MS));
  const results = Object.fromEntries([...rounds].map(([name, all]) => [name, medians(all)])) as Results<C>;
  say(`${inFlight} in flight: ${Object.entries(results).map(([name, result]) => told(name, result )).join(' | ')}`);
  return results;
};

type Bar = NonNullable<Figure['bar']>;
const rate = (what: string, ours: Measured, floor: Measured, bar?: Bar): Figure => ({ what, value: ours.perSecond, unit: 'reads/s', floor: floor.perSecond, ...(bar && { bar }) });
const latency = (what: string, part: 'p50' | 'p99', ours: Measured, floor: Measured, bar?: Bar): Figure => ({
  what: `${what}, ${part}`,
  value: ours[part],
  unit: 'ms',
  floor: floor[part],
  ...(bar && { bar }),
});

const latencies = (what: string, ours: Measured, floor: Measured): ReadonlyArray<Figure> => [latency(what, 'p50', ours, floor), latency(what, 'p99', ours, floor)];

/** What has bars: tokens, one path, every message on the disk before it is acknowledged. */
const withBars = async (scene: Scene, say: Say): Promise<ReadonlyArray<Figure>> => {
  const contenders = { ...FLOORS, ours: scene.reading('token', 1) };
  const alone = await compete(scene, contenders, 1, say);
  const some = await compete(scene, contenders, 32, say);
  const many = await compete(scene, contenders, 256, say);
  return [
    latency('alone, beside the bare floor', 'p50', alone.ours, alone.bare, { atMost: 1.5 }),
    latency('alone, beside the bare floor', 'p99', alone.ours, alone.bare),
    rate('32 in flight, beside the grouped floor', some.ours, some.grouped),
    ...latencies('32 in flight, beside the grouped floor', some.ours, some.grouped),
    rate('256 in flight, beside the grouped floor', many.ours, many.grouped, { atLeast: 0.35 }),
    rate('256 in flight, beside the bare floor', many.ours, many.bare, { atLeast: 3.5 }),
    ...latencies('256 in flight, beside the grouped floor', many.ours, many.grouped),
  ];
};

/** Told without a bar. */
const others = async (scene: Scene, say: Say): Promise<ReadonlyArray<Figure>> => {
  const [byKey, tenPaths] = [scene.reading('key', 1), scene.reading('token', 10)];
  const many = await compete(scene, { grouped: FLOORS.grouped, byKey, tenPaths }, 256, say);
  return [rate('256 in flight, signed by a key', many.byKey, many.grouped), rate('256 in flight, ten paths each', many.tenPaths, many.grouped)];
};

const warmUp = async ({ reading, ask }: Scene): Promise<void> => {
  for (const asking of [reading('token', 1), ...Object.values(FLOORS)])
    for (let answered = 0; answered < COMPILED_AFTER; ) answered += ((await ask(asking, 256, WARM_MS)).perSecond * WARM_MS) / 1000;
};

const inScene = async (options: Parameters<typeof makeScene>[0], work: (scene: Scene) => Promise<ReadonlyArray<Figure>>): Promise<ReadonlyArray<Figure>> => {
  const scene = await makeScene(options);
  try {
    await warmUp(scene);
    return await work(scene);
  } finally {
    await scene.stop();
  }
};

const atManyInFlight = (what: string, say: Say) => async (scene: Scene): Promise<ReadonlyArray<Figure>> => {
  const { grouped, ours } = await compete(scene, { grouped: FLOORS.grouped, ours: scene.reading('token', 1) }, 256, say);
  return [rate(what, ours, grouped), ...latencies(what, ours, grouped)];
};

export const reads: Benchmark = {
  name: 'reads',
  does: 'reads of one replica and of two, through the client, beside responders that only append and answer',
  run: async (say) => {
    const figures = [...(await inScene({ syncAlways: true }, async (scene) => [...(await withBars(scene, say)), ...(await others(scene, say))]))];
    say('a disk that is synced now and then');
    figures.push(...(await inScene({ syncAlways: false }, atManyInFlight('256 in flight, default sync', say))));
    say('two replicas on a cluster of three');
    figures.push(...(await inScene({ syncAlways: true, servers: 3, replicas: 2 }, atManyInFlight('256 in flight, two replicas, three servers', say))));
    return figures;
  },
};
