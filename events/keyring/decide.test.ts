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

test('a key is added once; the box key before it is doomed', (t) => {
  const history = newHistory();
  const { seq } = history.replica('key.add', { key: boxKey }, wrapped(60));
  t.is(currentKey(history.fold.world, 'box')?.id, idOf(60));
  t.is(history.fold.world.doomed.get(KEYRING.box)?.cause, seq);
  t.is(cameTo(history.decide.replica('key.add', { key: boxKey })), 'nothing');
  history.replica('key.add', { key: { ...boxKey, id: idOf(61), purpose: 'signing' } }, wrapped(61));
  t.false(history.fold.world.doomed.has(KEYRING.signing));
});

test('a key is added only under the operator key of now', (t) => {
  const history = newHistory();
  const add = (how: object) => cameTo(history.decide.replica('key.add', { key: boxKey }, { ...how }));
  t.is(add({}), 'superseded');
  t.is(add(wrapped(61)), 'superseded');
  t.is(add(wrapped(60, fingerprintOf(9))), 'superseded');
  t.is(add(wrapped(60)), 'KeyAdded');
  history.replica('operator-key.replace', { operatorKey: fingerprintOf(9) });
  t.is(add(wrapped(60)), 'superseded');
  t.is(add(wrapped(60, fingerprintOf(9))), 'KeyAdded');
});

test('a rotation makes a new root, and a new operator key where that is ours', (t) => {
  const history = newHistory();
  const rotate = (wrappedBy: string, operatorKey: string | null = null) =>
    cameTo(history.decide.admin('key.rotate', {}, { made: { ...wrapped(50, wrappedBy).made, operatorKey } }));
  t.is(rotate(OPERATOR_KEY), 'KeyAdded');
  t.is(rotate(fingerprintOf(9)), 'superseded');
  t.is(rotate(fingerprintOf(9), fingerprintOf(9)), 'KeyAdded OperatorKeyReplaced');
  t.is(rotate(OPERATOR_KEY, fingerprintOf(9)), 'superseded');
  t.is(cameTo(history.decide.admin('key.rotate', {})), 'not_found');
});

test('an operator key is replaced by another one', (t) => {
  const history = newHistory();
  t.is(cameTo(history.decide.replica('operator-key.replace', { operatorKey: fingerprintOf(9) })), 'OperatorKeyReplaced');
  history.replica('operator-key.replace', { operatorKey: fingerprintOf(9) });
  t.is(cameTo(history.decide.replica('operator-key.replace', { operatorKey: fingerprintOf(9) })), 'nothing');
});

test('exactly what a cause doomed is destroyed, once, and never the root of now', (t) => {
  const history = newHistory();
  const destroy = (keys: ReadonlyArray<string>, cause: number) => cameTo(history.decide.replica('keys.destroy', { keys, cause }));
  t.is(destroy([KEYRING.root], 1), 'nothing');
  const { seq: cause } = history.admin('key.rotate', {}, wrapped(50));
  t.is(destroy([KEYRING.root], cause), 'KeysDestroyed');
  t.is(destroy([KEYRING.root], cause + 1), 'nothing');
  t.is(destroy([KEYRING.root, KEYRING.log], cause), 'nothing');
  t.is(destroy([idOf(50)], cause), 'nothing');
  t.is(destroy([], cause), 'nothing');
  history.replica('keys.destroy', { keys: [KEYRING.root], cause });
  t.false(history.fold.world.keyring?.keys.has(KEYRING.root));
  t.is(destroy([KEYRING.root], cause), 'nothing');
});

test('a rotation names a new key: one that is there already could become a root', (t) => {
  const history = newHistory();
  for (const id of [KEYRING.root, KEYRING.log])
    t.is(cameTo(history.decide.admin('key.rotate', {}, { made: { key: { id, wrappedBy: OPERATOR_KEY } } })), 'exists');
});
