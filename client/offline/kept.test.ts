import test from 'ava';
import fc from 'fast-check';
import { SecretPath, sure, type Id } from '../../events/vocabulary.ts';
import { idOf } from '../../tests/support/names.ts';
import { arrived, keep, nextUses, nothingKept, passed, take, USES_MAX, type Content, type Kept } from './kept.ts';

const PATHS = ['shop/A', 'shop/B', 'shop/C'].map((path) => sure(SecretPath, path));
const keptOf = (path: SecretPath, at: number, until: number, more: object = {}): Kept => ({ path, version: 1, value: 'AAAA', read: 1, at, until, ...more }) as never;
const ids = (() => {
  let n = 0;
  return (): Id => idOf((n += 1));
})();

type Step = { readonly kind: 'keep' | 'use'; readonly path: number; readonly ms: number; readonly clock: number };
const steps = fc.array(
  fc.record({ kind: fc.constantFrom('keep', 'use'), path: fc.nat(2), ms: fc.integer({ min: 1, max: 500 }), clock: fc.integer({ min: -300, max: 300 }) }),
  { maxLength: 60 },
) as fc.Arbitrary<ReadonlyArray<Step>>;

test('given any clock, also one that is set back, then nothing is given past its time, and all that is given is counted', (t) => {
  fc.assert(
    fc.property(steps, (all) => {
      let [content, clock, given]: [Content, number, number] = [nothingKept, 1_000, 0];
      let latest = 0;
      for (const { kind, path, ms, clock: by } of all) {
        clock = Math.max(1, clock + by);
        latest = Math.max(latest, clock);
        content = passed(content, clock);
        if (kind === 'keep') content = keep(content, [keptOf(PATHS[path]!, content.seen, content.seen + ms)]);
        else {
          const used = take(content, [PATHS[path]!], ids);
          for (const { until } of used.taken) t.true(latest < until);
          content = used.content;
          given += used.taken.length;
        }
        t.true(content.seen === latest);
      }
      t.is(content.uses.reduce((sum, { use }) => sum + use.count, 0), given);
    }),
  );
});

test('all that is asked for is given, or nothing', (t) => {
  const content = keep(passed(nothingKept, 10), [keptOf(PATHS[0]!, 10, 100)]);
  t.is(take(content, PATHS, ids).taken.length, 0);
  t.is(take(content, PATHS, ids).content, content);
  t.is(take(content, [PATHS[0]!, PATHS[0]!], ids).taken.length, 1);
});

test('what was sent is not counted on: what is used after that is told by itself', (t) => {
  const content = keep(passed(nothingKept, 10), [keptOf(PATHS[0]!, 10, 100)]);
  const use = (before: Content, clock: number) => take(passed(before, clock), [PATHS[0]!], ids).content;
  const sent = nextUses(use(use(content, 11), 14));
  t.like(sent.uses, [{ count: 2, first: 11, last: 14, read: 1, version: 1 }]);
  const later = use(sent.content, 15);
  t.deepEqual(later.uses.map(({ use: { count }, told }) => [count, told]), [[2, true], [1, false]]);
  t.deepEqual(nextUses(sent.content).uses, sent.uses, 'the same ids when it is sent again');
  t.deepEqual(arrived(later, sent.uses).uses.map(({ use: { count } }) => count as number), [1]);
});

test('with a full queue nothing is given', (t) => {
  const seen = passed(nothingKept, 10);
  let content = seen;
  for (let n = 0; n < USES_MAX; n += 1) content = take(keep(content, [keptOf(PATHS[0]!, 10, 100, { read: n })]), [PATHS[0]!], ids).content;
  t.is(content.uses.length, USES_MAX);
  t.is(take(keep(content, [keptOf(PATHS[0]!, 10, 100, { read: USES_MAX })]), [PATHS[0]!], ids).taken.length, 0);
  t.is(take(content, [PATHS[0]!], ids).taken.length, 1, 'what is counted on takes no more room');
});

test('no more is kept than fits into the file, the newest first', (t) => {
  const large = { value: 'A'.repeat(180_000) };
  const content = [1, 2, 3].reduce((before, n) => keep(before, [keptOf(PATHS[n - 1]!, n, 100, large)]), passed(nothingKept, 1));
  t.deepEqual(content.kept.map(({ path }) => path), [PATHS[2]!, PATHS[1]!]);
});
