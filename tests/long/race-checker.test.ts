/** The checker is what the race is worth: each kind of bad history that it must catch, and good ones that it must not. */
import test from 'ava';
import fc from 'fast-check';
import { violationsIn, type Asked, type Decided, type History } from './race-checker.ts';

const LANE = { service: 'api', path: 'prod/a/KEY', subject: 'state.access.api.a' };
const BASE = { how: 'get', lane: 0, sent: 0, got: 0 } as const;

const read = (seq: number, outcome: Asked['outcome'], more: Partial<Asked> = {}): Asked => ({ ...BASE, id: `r${seq}`, seq, outcome, ...more });
const open = (seq: number, more: Partial<Decided> = {}): Decided => ({ ...BASE, opens: true, outcome: 'done', seq, ...more });
const close = (seq: number, more: Partial<Decided> = {}): Decided => ({ ...open(seq, more), opens: false });

/** A log that holds everything that was acknowledged or answered. */
const heldOf = (asked: ReadonlyArray<Asked>, decided: ReadonlyArray<Decided>): History['held'] => ({
  subjects: new Map([...decided.map(({ seq }) => [seq, LANE.subject] as const), ...asked.map(({ seq }) => [seq, 'read.r1'] as const)]),
  reads: new Map(asked.map(({ seq, id }) => [seq, new Map([[id, { service: LANE.service, paths: [LANE.path] }]])])),
});

const found = (asked: ReadonlyArray<Asked>, decided: ReadonlyArray<Decided>, held = heldOf(asked, decided)) =>
  violationsIn({ lanes: [LANE], asked, decided, held }).map(({ what }) => what);

/** In time as in the log: what is at place n happens between n and n + 1. */
const timed = <A extends { readonly seq: number }>(one: A): A => ({ ...one, sent: one.seq, got: one.seq + 0.5 });

test('a history in order is good', (t) => {
  const decided = [open(2), close(5), open(8)].map(timed);
  t.deepEqual(found([read(1, 'refused'), read(3, 'value'), read(6, 'refused'), read(9, 'value'), read(7, 'none')].map(timed), decided), []);
  t.deepEqual(found([], []), []);
});

test('a value whose place is after a close is found, however long before the close it was asked for', (t) => {
  t.deepEqual(found([read(6, 'value', { sent: 0, got: 100 })], [open(2, { sent: 0, got: 3 }), close(5, { sent: 4, got: 90 })]), ['value after a close']);
  t.deepEqual(found([read(3, 'value', { sent: 0, got: 100 })], []), ['value after a close']);
});

test('a value that was asked for after a close is found, whatever place its answer names', (t) => {
  const decided = [open(2, { sent: 0, got: 3 }), close(5, { sent: 4, got: 6 }), open(9, { sent: 20, got: 21 })];
  t.deepEqual(found([read(4, 'value', { sent: 7, got: 8 })], decided), ['value asked for after a close']);
  t.deepEqual(found([read(4, 'value', { sent: 5, got: 8 })], decided), []);
  t.deepEqual(found([read(4, 'value', { sent: 7, got: 20.5 })], decided), []);
});

test('a refusal while the lane was open is found', (t) => {
  t.deepEqual(found([read(3, 'refused')].map(timed), [timed(open(2))]), ['refused while open']);
});

test('a value whose read is not in the log, not there, or not that of this service and path is found', (t) => {
  const [asked, decided] = [[timed(read(3, 'value'))], [timed(open(2))]];
  const held = heldOf(asked, decided);
  const entry = { service: LANE.service, paths: [LANE.path] };
  const logs: ReadonlyArray<History['held']['reads']> = [
    new Map(),
    new Map([[4, new Map([['r3', entry]])]]),
    new Map([[3, new Map([['r4', entry]])]]),
    new Map([[3, new Map([['r3', { ...entry, service: 'other' }]])]]),
    new Map([[3, new Map([['r3', { ...entry, paths: ['prod/a/OTHER'] }]])]]),
  ];
  for (const reads of logs) t.deepEqual(found(asked, decided, { ...held, reads }), ['value without its read in the log']);
});

test('a decision that was acknowledged and is not in the log is found, also where something else is', (t) => {
  t.deepEqual(found([], [timed(open(2))], { subjects: new Map(), reads: new Map() }), ['acknowledged decision that is not in the log']);
  t.deepEqual(found([], [timed(open(2))], { subjects: new Map([[2, 'read.r1']]), reads: new Map() }), ['acknowledged decision that is not in the log']);
});

test('a decision of which nobody knows excuses what it may have opened or closed, and no more', (t) => {
  const unknown = open(0, { sent: 6, got: 8, outcome: 'unknown' });
  const decided = [timed(open(2)), timed(close(5)), unknown, timed(close(10))];
  t.deepEqual(found([timed(read(7, 'value')), timed(read(8, 'refused'))], decided), []);
  t.deepEqual(found([timed(read(4, 'refused'))], decided), ['refused while open']);
  t.deepEqual(found([timed(read(11, 'value'))], decided), ['value after a close', 'value asked for after a close']);
});

test('a decision that changed nothing opens nothing', (t) => {
  t.deepEqual(found([timed(read(7, 'value'))], [timed(open(2)), timed(close(5)), open(0, { sent: 6, got: 6.5, outcome: 'nothing' })]), ['value after a close', 'value asked for after a close']);
});

test('lanes are apart', (t) => {
  const other = { ...LANE, path: 'prod/b/KEY', subject: 'state.access.api.b' };
  const asked = [timed(read(3, 'value', { lane: 1 }))];
  const decided = [timed(open(2))];
  const whats = violationsIn({ lanes: [LANE, other], asked, decided, held: heldOf(asked, decided) }).map(({ what }) => what);
  t.deepEqual(whats, ['value without its read in the log', 'value after a close']);
});

test('of any history it says the same as a look at each place in turn', (t) => {
  const steps = fc.array(fc.constantFrom('open', 'close', 'value', 'refused'), { maxLength: 40 });
  fc.assert(
    fc.property(steps, (kinds) => {
      const decided = kinds.flatMap((kind, n) => (kind === 'open' ? [timed(open(n + 1))] : kind === 'close' ? [timed(close(n + 1))] : []));
      const asked = kinds.flatMap((kind, n) => (kind === 'value' || kind === 'refused' ? [timed(read(n + 1, kind))] : []));
      let isOpen = false;
      let wrong = 0;
      for (const kind of kinds) {
        if (kind === 'open' || kind === 'close') isOpen = kind === 'open';
        else if ((kind === 'value') !== isOpen) wrong += 1;
      }
      const whats = found(asked, decided);
      t.is(whats.filter((what) => what !== 'value asked for after a close').length, wrong);
    }),
  );
});
