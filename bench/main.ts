/** `npm run bench [-- NAME…]`: runs benchmarks one after another, prints a table, and writes every figure as JSON beside it. */
import { writeFileSync } from 'node:fs';
import type { Benchmark, Figure } from './benchmark.ts';

/** Loaded one at a time: what one benchmark brings into the memory does not slow down another. */
const BENCHMARKS: Readonly<Record<string, () => Promise<Benchmark>>> = {
  client: async () => (await import('./client/client.ts')).client,
  floods: async () => (await import('./floods.ts')).benchmark,
  memory: async () => (await import('./memory.ts')).memory,
  namespaces: async () => (await import('./namespaces/namespaces.ts')).namespaces,
  pages: async () => (await import('./pages.ts')).pages,
  reads: async () => (await import('./reads/reads.ts')).reads,
  rebuild: async () => (await import('./rebuild.ts')).rebuild,
  start: async () => (await import('./start.ts')).start,
  version: async () => (await import('./version.ts')).version,
};

const OUT = 'bench-results.json';

const round = (value: number): number => Number(value.toPrecision(4));
const ratioOf = ({ value, floor }: Figure): number | undefined => (floor === undefined ? undefined : value / floor);

const holds = (figure: Figure): boolean | undefined => {
  const { bar } = figure;
  if (bar === undefined) return undefined;
  const measured = ratioOf(figure) ?? figure.value;
  return 'atLeast' in bar ? measured >= bar.atLeast : measured <= bar.atMost;
};

const barOf = ({ bar }: Figure): string => {
  if (bar === undefined) return '';
  return 'atLeast' in bar ? `>= ${bar.atLeast}` : `<= ${bar.atMost}`;
};

const rowOf = (figure: Figure) => {
  const ratio = ratioOf(figure);
  const met = holds(figure);
  return {
    what: figure.what,
    value: round(figure.value),
    unit: figure.unit,
    floor: figure.floor === undefined ? '' : round(figure.floor),
    ratio: ratio === undefined ? '' : round(ratio),
    bar: barOf(figure),
    met: met === undefined ? '' : met ? 'yes' : 'NO',
  };
};

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(BENCHMARKS);
const results: Record<string, ReadonlyArray<Figure>> = {};
for (const name of names) {
  const load = BENCHMARKS[name];
  if (load === undefined) throw new Error(`no benchmark ${name}; there are ${Object.keys(BENCHMARKS).join(', ')}`);
  const benchmark = await load();
  console.error(`${benchmark.name}: ${benchmark.does}`);
  const figures = await benchmark.run((line) => {
    console.error(`  ${line}`);
  });
  results[name] = figures;
  console.table(figures.map(rowOf));
}
writeFileSync(OUT, `${JSON.stringify({ at: new Date().toISOString(), node: process.version, results }, null, 2)}\n`);
console.error(`all figures: ${OUT}`);
