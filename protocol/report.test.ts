import test from 'ava';
import { isLeft } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { orNull } from '../events/codec.ts';
import { AdminCommand } from '../events/command.ts';
import { Count, Note, Target } from '../events/vocabulary.ts';
import { report } from './report.ts';

const linesOf = (codec: t.Mixed, value: unknown): ReadonlyArray<string> => {
  const decoded = codec.decode(value);
  return isLeft(decoded) ? report(decoded.left) : [];
};

const SECRET = 'hunter2\n';

test('given a field of several kinds, when it is none of them, then the field is named once, with all that it can be', (t) => {
  const revoke = { operation: 'access.revoke', service: 'invoicer', target: SECRET, seen: 1, reason: SECRET };
  t.deepEqual(linesOf(AdminCommand, revoke), ['target: expected Target', 'reason: expected Note | null']);
});

test('given a kind within a kind, then the outer one is told', (t) => {
  t.deepEqual(linesOf(orNull(Target), SECRET), ['the whole: expected Target | null']);
});

test('given a list, then the place in it stays, and so do fields of what is in a union', (is) => {
  const items = t.strict({ items: t.array(orNull(t.strict({ note: Note, count: Count }, 'Item'))) });
  is.true(linesOf(items, { items: [null, { note: SECRET, count: 1 }] }).includes('items.1.note: expected Note'));
  is.deepEqual(linesOf(t.strict({ items: t.array(Count) }), { items: [0, SECRET] }), ['items.1: expected Count']);
});

test('at most 10 lines, none with what was read', (is) => {
  const lines = linesOf(t.array(orNull(Note)), Array.from({ length: 20 }, () => SECRET));
  is.is(lines.length, 10);
  is.false(lines.join().includes('hunter2'));
});
