import test from 'ava';
import { digestOf } from '../../tests/support/names.ts';
import { sure, Sequence } from '../vocabulary.ts';
import { makeHeads } from './heads.ts';

const head = (seq: number, n = seq) => ({ seq: sure(Sequence, seq), hash: digestOf(n) });

test('a head that was folded is the same, any other is another', (t) => {
  const heads = makeHeads(digestOf(0));
  for (const seq of [1, 2, 5]) heads.push(seq, digestOf(seq));
  t.deepEqual([head(0), head(1), head(2), head(5)].map(heads.compare), ['same', 'same', 'same', 'same']);
  t.deepEqual([head(2, 1), head(3), head(6), head(0, 1)].map(heads.compare), ['other', 'other', 'other', 'other']);
  t.deepEqual(heads.current(), head(5));
});

test('what is too far back to tell is old, and nothing newer is', (t) => {
  const heads = makeHeads(digestOf(0));
  for (let seq = 1; seq <= 16_384; seq += 1) heads.push(seq, digestOf(seq));
  t.deepEqual([head(0), head(1)].map(heads.compare), ['old', 'same']);
  heads.push(16_385, digestOf(16_385));
  t.deepEqual([head(1, 9), head(2), head(2, 9)].map(heads.compare), ['old', 'same', 'other']);
  t.is(heads.at(1), undefined);
});
