/** Judges what became of grants for one read, from what readers were told and what the log says of their spending. Knows nothing of the service's code. */
import type { Asked } from './race-checker.ts';

/** One event of the log that spends a grant: whose read it names. */
export type Spending = { readonly path: string; readonly id: string; readonly readAt: number };

/** Everything that was asked for a path that was granted once. */
export type Once = { readonly path: string; readonly asked: ReadonlyArray<Asked> };

export type OnceViolation = { readonly what: 'more than one value' | 'no value, though everybody was answered' | 'value without its spending in the log'; readonly path: string };

const isOf = (path: string, { id, seq }: Asked) => (one: Spending): boolean => one.path === path && one.id === id && one.readAt === seq;

/** Whoever was told nothing may be the one who was meant to have the value. */
const violationsOf = ({ path, asked }: Once, spendings: ReadonlyArray<Spending>): ReadonlyArray<OnceViolation['what']> => {
  const values = asked.filter(({ outcome }) => outcome === 'value');
  const isComplete = asked.every(({ outcome }) => outcome !== 'none');
  return [
    ...(values.length > 1 ? (['more than one value'] as const) : []),
    ...(values.length === 0 && isComplete ? (['no value, though everybody was answered'] as const) : []),
    ...(values.every((one) => spendings.some(isOf(path, one))) ? [] : (['value without its spending in the log'] as const)),
  ];
};

export const onceViolationsIn = (rounds: ReadonlyArray<Once>, spendings: ReadonlyArray<Spending>): ReadonlyArray<OnceViolation> =>
  rounds.flatMap((once) => violationsOf(once, spendings).map((what) => ({ what, path: once.path })));
