/** How long a start takes on a log of 100,000 state events: from its first message, and from a saved fold; with few reads beside them, and with many. */
import type { Benchmark, Figure } from './benchmark.ts';
import { mixOf } from './support/big-log.ts';
import { fill } from './support/fill.ts';
import { install } from './support/installation.ts';
import { startOnce } from './support/starts.ts';
import { median } from './support/median.ts';

const STARTS = 5;
const [FEW, MANY] = [10_000, 1_000_000];


type Times = { readonly fromFirst: number; readonly fromSaved: number; readonly cpuFromSaved: number };

const timesWith = async (reads: number, say: (line: string) => void): Promise<Times> => {
  const installation = await install();
  try {
    say(`writing 100,000 state events and ${reads} reads`);
    await fill(installation, mixOf(100_000, reads));
    const first = await startOnce(installation);
    say(`from the first message: ${first.ready.readyMs.toFixed(0)} ms`);
    await first.saved();
    await first.atRest();
    await first.end();
    const later: Array<{ readonly readyMs: number; readonly cpuMs: number }> = [];
    for (let n = 0; n < STARTS; n += 1) {
      const { ready, end } = await startOnce(installation);
      say(`from the saved fold: ${ready.readyMs.toFixed(0)} ms`);
      later.push(ready);
      await end();
    }
    return { fromFirst: first.ready.readyMs, fromSaved: median(later.map(({ readyMs }) => readyMs)), cpuFromSaved: median(later.map(({ cpuMs }) => cpuMs)) };
  } finally {
    await installation.stop();
  }
};

const run = async (say: (line: string) => void): Promise<ReadonlyArray<Figure>> => {
  const few = await timesWith(FEW, say);
  const many = await timesWith(MANY, say);
  return [
    { what: 'start to ready, 100,000 state events, 10,000 reads', value: few.fromSaved, unit: 'ms', bar: { atMost: 1_500 } },
    { what: 'the same, processor time until then', value: few.cpuFromSaved, unit: 'ms' },
    { what: 'the same with 1,000,000 reads', value: many.fromSaved, unit: 'ms', floor: few.fromSaved, bar: { atMost: 1.2 } },
    { what: 'without a saved fold, 10,000 reads', value: few.fromFirst, unit: 'ms' },
    { what: 'without a saved fold, 1,000,000 reads', value: many.fromFirst, unit: 'ms', floor: few.fromFirst },
  ];
};

export const start: Benchmark = { name: 'start', does: 'starts the service on a long log, each time in a new process', run };
