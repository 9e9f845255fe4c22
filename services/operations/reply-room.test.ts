import test from 'ava';
import fc from 'fast-check';
import { newBoxKey, sealText, sharedKey } from '../../crypto/box.ts';
import { VALUE_BYTES_MAX } from '../../crypto/value.ts';
import type { Outcome } from '../../events/read/decide.ts';
import { PATHS_MAX, WIRE_BYTES_MAX } from '../../protocol/wire.ts';
import { fitting } from './reply-room.ts';

const session = sharedKey(newBoxKey().publicKey, newBoxKey().secretKey)!;
const PATH = `${'n'.repeat(63)}/${'n'.repeat(64)}/${'n'.repeat(64)}/${'n'.repeat(62)}`;

const allowed = (size: number): Outcome => ({ result: 'allowed', path: PATH, version: { version: 9_007_199_254_740_991, seq: 1, digest: '', size } }) as unknown as Outcome;
const refused = { result: 'refused', path: PATH, reason: 'missing' } as unknown as Outcome;

/** The length of a reply with so many of the outcomes, and all other paths as those to ask for again. */
const replyBytes = (outcomes: ReadonlyArray<Outcome>, count: number): number => {
  const results = outcomes.slice(0, count).map((outcome) =>
    outcome.result === 'refused'
      ? { path: PATH, outcome: 'refused' }
      : { path: PATH, outcome: 'value', version: outcome.version.version, value: 'A'.repeat(Math.ceil((outcome.version.size * 4) / 3)) },
  );
  const more = outcomes.slice(count).map(({ path }) => path);
  const result = { seq: 9_007_199_254_740_991, messageHash: 'A'.repeat(43), checkpoint: null, results, more };
  const reply = { v: 1, type: 'rep', subject: `secrets.get.${'s'.repeat(63)}`, service: 's'.repeat(63), id: 'A'.repeat(22), time: 9_007_199_254_740_991, result, refusal: null, known: `secrets.known.${'k'.repeat(43)}` };
  return JSON.stringify({ v: 1, ...sealText(session, JSON.stringify(reply)) }).length;
};

const sizes = fc.array(fc.oneof(fc.nat(VALUE_BYTES_MAX), fc.constantFrom(0, VALUE_BYTES_MAX, 4_000, null)), { minLength: 1, maxLength: PATHS_MAX });

test('what fits is a reply that may be sent, whatever the values and paths are', (t) => {
  fc.assert(
    fc.property(sizes, (of) => {
      const outcomes = of.map((size) => (size === null ? refused : allowed(size)));
      const count = fitting(outcomes);
      t.true(count >= 1 && count <= outcomes.length);
      t.true(replyBytes(outcomes, count) <= WIRE_BYTES_MAX);
    }),
  );
});

/** The longest value of which so many fit. */
const longest = (count: number): number => {
  let [fits, not] = [0, VALUE_BYTES_MAX + 1];
  while (not - fits > 1) {
    const size = Math.floor((fits + not) / 2);
    if (fitting(Array.from({ length: count }, () => allowed(size))) === count) fits = size;
    else not = size;
  }
  return fits;
};

test('to the last byte', (t) => {
  for (let count = 1; count <= PATHS_MAX; count += 1) {
    const outcomes = Array.from({ length: PATHS_MAX }, (_, n) => (n < count ? allowed(longest(count)) : refused));
    t.true(replyBytes(outcomes, fitting(outcomes)) <= WIRE_BYTES_MAX, `${count} values`);
  }
});

test('as much as can be had at once is', (t) => {
  t.is(fitting(Array.from({ length: 9 }, () => allowed(VALUE_BYTES_MAX))), 4);
  t.is(fitting(Array.from({ length: PATHS_MAX }, () => allowed(3_900))), PATHS_MAX);
  t.is(fitting(Array.from({ length: PATHS_MAX }, () => refused)), PATHS_MAX);
  t.is(fitting([]), 0);
});
