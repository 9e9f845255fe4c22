/** How long `jetlock version` takes, beside a Node that does nothing: what every call of the command line pays. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Benchmark } from './benchmark.ts';
import { median } from './support/median.ts';

const PAIRS = 41;
/** Of the bundle: this file is in `dist/` as well. */
const PROGRAM = fileURLToPath(new URL('../cli/main.js', import.meta.url));

const msOf = (args: ReadonlyArray<string>): number => {
  const since = performance.now();
  const { status } = spawnSync(process.execPath, [...args], { stdio: 'ignore' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`);
  return performance.now() - since;
};


export const version: Benchmark = {
  name: 'version',
  does: '`jetlock version` in turns with `node -e 0`; medians',
  run: (say) => {
    msOf([PROGRAM, 'version']);
    const pairs = Array.from({ length: PAIRS }, () => ({ bare: msOf(['-e', '0']), ours: msOf([PROGRAM, 'version']) }));
    say(`${PAIRS} pairs, median of their ratios ${median(pairs.map(({ bare, ours }) => ours / bare)).toFixed(2)}`);
    const [value, floor] = [median(pairs.map(({ ours }) => ours)), median(pairs.map(({ bare }) => bare))];
    return Promise.resolve([{ what: 'jetlock version', value, unit: 'ms', floor, bar: { atMost: 1.6 } }]);
  },
};
