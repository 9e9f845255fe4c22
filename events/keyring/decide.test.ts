import test from 'ava';
import { KEYRING, newHistory, OPERATOR_KEY } from '../../tests/support/history.ts';
import { cameTo } from '../../tests/support/decisions.ts';
import { fingerprintOf, idOf } from '../../tests/support/names.ts';
import { currentKey } from '../world.ts';

const boxKey = { id: idOf(60), purpose: 'box', public: null, signature: null };
const wrapped = (n: number, wrappedBy: string = OPERATOR_KEY) => ({ made: { key: { id: idOf(n), wrappedBy } } });

test('there is one keyring, and it comes first', (t) => {
  const empty = newHistory({ begun: false });
  t.is(cameTo(empty.decide.replica('key.add', { key: boxKey })), 'not_found');
  empty.begin();
  t.throws(() => empty.begin(), { message: /exists/ });
});

const HOUR_MS = 3_600_000;

test('a box key is added when the one before is some hours old, once; that one is doomed', (t) => {
  const history = newHistory();
  const add = (how: object = wrapped(60)) => cameTo(history.decide.replica('key.add', { key: boxKey }, { ...how }));
  t.is(add(), 'nothing');
  history.pass(6 * HOUR_MS);
  t.is(add(), 'KeyAdded');
  t.is(add({}), 'superseded');
  t.is(add(wrapped(61)), 'superseded');
  t.is(add(wrapped(60, fingerprintOf(9))), 'superseded');
  const { seq } = history.replica('key.add', { key: boxKey }, wrapped(60));
  t.is(currentKey(history.fold.world, 'box')?.id, idOf(60));
  t.is(history.fold.world.doomed.get(KEYRING.box)?.cause, seq);
  history.pass(6 * HOUR_MS);
  t.is(add(), 'nothing');
});

test('nothing but a box key is added without a word of an admin', (t) => {
  const history = newHistory();
  for (const purpose of ['root', 'log', 'signing'])
    t.is(cameTo(history.decide.replica('key.add', { key: { ...boxKey, purpose } }, wrapped(60))), 'role', purpose);
});

test('what an admin has replaced is retired, each once', (t) => {
  const history = newHistory();
  const rotate = (...purposes: ReadonlyArray<string>) => cameTo(history.decide.admin('key.rotate', { purposes }));
  t.is(rotate('root', 'operator', 'root'), 'KeyRetired KeyRetired');
  t.is(rotate(), 'nothing');
  history.admin('key.rotate', { purposes: ['operator', 'signing'] });
  t.deepEqual([rotate('operator'), rotate('signing'), rotate('log', 'signing')], ['nothing', 'nothing', 'KeyRetired']);
  const { keyring } = history.fold.world;
  t.deepEqual([keyring?.operatorRetired, keyring?.keys.get(KEYRING.signing)?.retired, keyring?.keys.get(KEYRING.root)?.retired], [true, true, false]);
  history.replica('operator-key.replace', { operatorKey: fingerprintOf(9) });
  t.is(rotate('operator'), 'KeyRetired');
});

const replacement = (n: number, purpose: string) => ({ id: idOf(n), purpose, public: null, signature: null });

test('a retired key has one successor, under the operator key of now', (t) => {
  const history = newHistory();
  const replace = (n: number, purpose: string, old: string, how: object = wrapped(n)) => cameTo(history.decide.replica('key.replace', { key: replacement(n, purpose), old }, { ...how }));
  t.is(replace(50, 'root', KEYRING.root), 'nothing');
  history.admin('key.rotate', { purposes: ['root', 'log', 'signing'] });
  t.is(replace(50, 'root', KEYRING.root), 'KeyAdded');
  t.is(replace(50, 'root', KEYRING.log), 'nothing');
  t.is(replace(50, 'box', KEYRING.box), 'nothing');
  t.is(replace(50, 'root', KEYRING.root, {}), 'superseded');
  t.is(replace(50, 'root', KEYRING.root, wrapped(50, fingerprintOf(9))), 'superseded');
  const { seq } = history.replica('key.replace', { key: replacement(50, 'root'), old: KEYRING.root }, wrapped(50));
  t.is(history.fold.world.doomed.get(KEYRING.root)?.cause, seq);
  t.is(replace(51, 'root', KEYRING.root), 'nothing');
  t.is(replace(51, 'root', idOf(50)), 'nothing');
  history.replica('key.replace', { key: replacement(52, 'signing'), old: KEYRING.signing }, wrapped(52));
  t.deepEqual([...history.fold.world.doomed.keys()], [KEYRING.root]);
});

test('a box key that an admin had replaced is retired with all that were before it', (t) => {
  const history = newHistory();
  history.pass(12 * HOUR_MS);
  history.replica('key.add', { key: boxKey }, wrapped(60));
  history.admin('key.rotate', { purposes: ['box'] });
  history.replica('key.replace', { key: replacement(61, 'box'), old: idOf(60) }, wrapped(61));
  const { keyring, doomed } = history.fold.world;
  t.deepEqual([KEYRING.box, idOf(60), idOf(61)].map((id) => keyring?.keys.get(id)?.retired), [true, true, false]);
  t.deepEqual([...doomed.keys()], [KEYRING.box, idOf(60)]);
});

test('an operator key is replaced by another one, and never by one that was replaced', (t) => {
  const history = newHistory();
  const replace = (n: number) => cameTo(history.decide.replica('operator-key.replace', { operatorKey: fingerprintOf(n) }));
  t.is(replace(9), 'OperatorKeyReplaced');
  history.replica('operator-key.replace', { operatorKey: fingerprintOf(9) });
  t.deepEqual([replace(9), replace(1), replace(8)], ['nothing', 'exists', 'OperatorKeyReplaced']);
  const add = (wrappedBy: string) => cameTo(history.decide.replica('key.add', { key: boxKey }, wrapped(60, wrappedBy)));
  history.pass(12 * HOUR_MS);
  t.deepEqual([add(OPERATOR_KEY), add(fingerprintOf(9))], ['superseded', 'KeyAdded']);
});

test('exactly what a cause doomed is destroyed, once, and never the root of now', (t) => {
  const history = newHistory();
  const destroy = (keys: ReadonlyArray<string>, cause: number) => cameTo(history.decide.replica('keys.destroy', { keys, cause }));
  t.is(destroy([KEYRING.root], 1), 'nothing');
  history.admin('key.rotate', { purposes: ['root'] });
  t.is(destroy([KEYRING.root], 2), 'nothing');
  const { seq: cause } = history.replica('key.replace', { key: replacement(50, 'root'), old: KEYRING.root }, wrapped(50));
  t.is(destroy([KEYRING.root], cause), 'KeysDestroyed');
  t.is(destroy([KEYRING.root], cause + 1), 'nothing');
  t.is(destroy([KEYRING.root, KEYRING.log], cause), 'nothing');
  t.is(destroy([idOf(50)], cause), 'nothing');
  t.is(destroy([], cause), 'nothing');
  history.replica('keys.destroy', { keys: [KEYRING.root], cause });
  t.false(history.fold.world.keyring?.keys.has(KEYRING.root));
  t.is(destroy([KEYRING.root], cause), 'nothing');
});

test('a successor is a new key: one that is there already could become a root', (t) => {
  const history = newHistory();
  history.admin('key.rotate', { purposes: ['root'] });
  for (const id of [KEYRING.root, KEYRING.log])
    t.is(cameTo(history.decide.replica('key.replace', { key: { ...replacement(50, 'root'), id }, old: KEYRING.root }, { made: { key: { id, wrappedBy: OPERATOR_KEY } } })), 'exists');
});
