import test from 'ava';
import { onceViolationsIn, type Spending } from './once-checker.ts';
import type { Asked } from './race-checker.ts';

const told = (...outcomes: ReadonlyArray<Asked['outcome']>): ReadonlyArray<Asked> =>
  outcomes.map((outcome, n) => ({ how: 'get', lane: 0, id: `r${n}`, sent: 0, got: 1, outcome, seq: outcome === 'none' ? 0 : 7 }));
const spent = (n: number, more: Partial<Spending> = {}): Spending => ({ path: 'a/KEY', id: `r${n}`, readAt: 7, ...more });
const found = (asked: ReadonlyArray<Asked>, ...spendings: ReadonlyArray<Spending>) => onceViolationsIn([{ path: 'a/KEY', asked }], spendings).map(({ what }) => what);

test('one value that was spent is good, and so is none where somebody was told nothing', (t) => {
  t.deepEqual(found(told('refused', 'value', 'refused'), spent(1)), []);
  t.deepEqual(found(told('refused', 'none'), spent(1)), []);
  t.deepEqual(found(told('none', 'none')), []);
});

test('two values are found, and so is none where everybody was answered', (t) => {
  t.deepEqual(found(told('value', 'value'), spent(0), spent(1)), ['more than one value']);
  t.deepEqual(found(told('refused', 'refused'), spent(1)), ['no value, though everybody was answered']);
});

test('a value that no event spent, or one of another read, place or path, is found', (t) => {
  for (const one of [[], [spent(1)], [spent(0, { readAt: 8 })], [spent(0, { path: 'b/KEY' })]])
    t.deepEqual(found(told('value', 'refused'), ...one), ['value without its spending in the log']);
});
