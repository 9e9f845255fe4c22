/** How long those who ask honestly wait while one process floods the service, beside how long they wait without. */
import type { Benchmark, Figure } from './benchmark.ts';
import { startFloodRig, HONEST_PATH, type FloodRig } from './flood-rig.ts';

const KINDS = ['sessions', 'tokens', 'registrations', 'paths'] as const;
const WARM_MS = 2_000;
const IDLE_MS = 10_000;
/** Ten minutes for all four: what a flood does in its first second, while there is still room for it, is not what it does. */
const FLOOD_MS = 150_000;
const GAP_MS = 2;
const RATIO_MAX = 5;

type Times = { readonly p50: number; readonly p99: number };

/** One request after another, with a small pause; in milliseconds, the client's own retries among them. */
const timesOf = async ({ honest }: FloodRig, ms: number): Promise<Times> => {
  const times: number[] = [];
  for (const end = performance.now() + ms; performance.now() < end; ) {
    const began = performance.now();
    await honest.get(HONEST_PATH);
    times.push(performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, GAP_MS));
  }
  times.sort((a, b) => a - b);
  return { p50: times[Math.floor(times.length * 0.5)] ?? NaN, p99: times[Math.floor(times.length * 0.99)] ?? NaN };
};

/** While the same flood is made, and reaches nats-server at most: what the machine has left then. */
const beside = async (rig: FloodRig, kind: (typeof KINDS)[number], heard: 'nobody' | 'none'): Promise<Times> => {
  const flood = await rig.flood(kind, heard);
  const times = await timesOf(rig, IDLE_MS);
  await flood.end();
  return times;
};

const figuresOf = async (rig: FloodRig, kind: (typeof KINDS)[number], say: (line: string) => void): Promise<ReadonlyArray<Figure>> => {
  const idle = await timesOf(rig, IDLE_MS);
  const unmade = await beside(rig, kind, 'none');
  const unheard = await beside(rig, kind, 'nobody');
  const before = await rig.load();
  const began = performance.now();
  const flood = await rig.flood(kind);
  const flooded = await timesOf(rig, FLOOD_MS);
  const sent = await flood.end();
  const after = await rig.load();
  const seconds = (performance.now() - began) / 1000;
  say(`${kind}: ${Math.round(sent / seconds)} a second, of the service's processor ${Math.round(((after.cpuSeconds - before.cpuSeconds) / sent) * 1e6)} µs each`);
  return [
    { what: `${kind}: honest p99, beside idle`, value: flooded.p99, unit: 'ms', floor: idle.p99, bar: { atMost: RATIO_MAX } },
    { what: `${kind}: honest p99 where nobody hears it, beside idle`, value: unheard.p99, unit: 'ms', floor: idle.p99 },
    { what: `${kind}: honest p99 where it is not sent, beside idle`, value: unmade.p99, unit: 'ms', floor: idle.p99 },
    { what: `${kind}: honest p50, beside idle`, value: flooded.p50, unit: 'ms', floor: idle.p50 },
    { what: `${kind}: memory grown`, value: (after.rssBytes - before.rssBytes) / 1e6, unit: 'MB' },
    { what: `${kind}: log grown`, value: (after.bytes - before.bytes) / 1e6, unit: 'MB' },
  ];
};

const run: Benchmark['run'] = async (say) => {
  const rig = await startFloodRig({ syncAlways: true });
  try {
    await timesOf(rig, WARM_MS);
    const figures: Figure[] = [];
    for (const kind of KINDS) figures.push(...(await figuresOf(rig, kind, say)));
    return figures;
  } finally {
    await rig.stop();
  }
};

export const benchmark: Benchmark = { name: 'floods', does: 'honest requests beside floods of what is refused', run };
