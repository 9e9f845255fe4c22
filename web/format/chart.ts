/** Counts of reads, as bars. */
import type { ReadsView } from '../../protocol/pages.ts';

/** `from`: where its span of time begins. `services`: who has read or asked then. */
export type Bar = { readonly from: number; readonly allowed: number; readonly refused: number; readonly services: ReadonlyArray<string> };
export type Bars = { readonly bars: ReadonlyArray<Bar>; readonly allowed: number; readonly refused: number; readonly most: number };

const sum = (counts: ReadonlyArray<number>): number => counts.reduce((all, count) => all + count, 0);

/** The reads of all services together, span by span; `most` is the height of the highest bar. */
export const barsOf = ({ from, step, buckets, items }: Pick<ReadsView, 'from' | 'step' | 'buckets' | 'items'>): Bars => {
  const bars = Array.from({ length: buckets }, (_, at): Bar => {
    const there = items.filter(({ allowed, refused }) => (allowed[at] ?? 0) + (refused[at] ?? 0) > 0);
    return {
      from: from + at * step,
      allowed: sum(there.map(({ allowed }) => allowed[at] ?? 0)),
      refused: sum(there.map(({ refused }) => refused[at] ?? 0)),
      services: there.map(({ service }) => service ?? 'others'),
    };
  });
  const [allowed, refused] = [sum(bars.map((bar) => bar.allowed)), sum(bars.map((bar) => bar.refused))];
  return { bars, allowed, refused, most: Math.max(0, ...bars.map((bar) => bar.allowed + bar.refused)) };
};
