import test from 'ava';
import { KEYRING, newHistory, OPERATOR_KEY } from '../../tests/support/history.ts';
import { cameTo } from '../../tests/support/decisions.ts';
import { idOf } from '../../tests/support/names.ts';
import { Namespace, SecretPath, sure } from '../vocabulary.ts';

const made = { key: { id: idOf(99), wrappedBy: KEYRING.root } };
const billing = sure(Namespace, 'billing');

test('a namespace is made once, its key wrapped by the root of now', (t) => {
  const history = newHistory();
  const create = (how: object) => cameTo(history.decide.admin('namespace.create', { namespace: 'billing' }, { ...how }));
  t.is(create({ made }), 'NamespaceCreated');
  t.is(create({}), 'superseded');
  t.is(create({ made: { key: { id: idOf(99), wrappedBy: KEYRING.log } } }), 'superseded');
  history.admin('key.rotate', { purposes: ['root'] });
  history.replica('key.replace', { key: { id: idOf(50), purpose: 'root', public: null, signature: null }, old: KEYRING.root }, { made: { key: { id: idOf(50), wrappedBy: OPERATOR_KEY } } });
  t.is(create({ made }), 'superseded');
  t.is(create({ made: { key: { id: idOf(99), wrappedBy: idOf(50) } } }), 'NamespaceCreated');
  history.admin('namespace.create', { namespace: 'billing' }, { made: { key: { id: idOf(99), wrappedBy: idOf(50) } } });
  t.is(create({}), 'nothing');
});

test('a deleted namespace takes its secrets and their keys with it, and no other namespace', (t) => {
  const history = newHistory();
  history.write('billing/KEY');
  history.write('billing/deep/KEY');
  const { world } = history.fold;
  const key = world.namespaces.get(billing)?.key;
  const own = world.secrets.get(sure(SecretPath, 'billing/KEY'))?.key;
  const { seq } = history.admin('namespace.delete', { namespace: 'billing' });
  t.deepEqual([world.doomed.get(key!)?.cause, world.doomed.get(own!)?.cause], [seq, seq]);
  t.is(world.secrets.get(sure(SecretPath, 'billing/KEY'))?.status, 'deleted');
  t.is(world.secrets.get(sure(SecretPath, 'billing/deep/KEY'))?.status, 'live');
  t.is(cameTo(history.decide.admin('namespace.delete', { namespace: 'billing' })), 'not_found');
});

test('after a delete its key is replaced: that one, for that cause, once', (t) => {
  const history = newHistory();
  history.write('billing/KEY');
  history.write('billing/OTHER');
  const old = history.fold.world.namespaces.get(billing)?.key;
  const rekey = (args: object) => cameTo(history.decide.replica('namespace.rekey', { namespace: 'billing', old, ...args }, { made }));
  t.is(rekey({ cause: 3 }), 'nothing');
  const { seq: cause } = history.admin('secret.delete', { path: 'billing/KEY' });
  t.is(rekey({ cause }), 'NamespaceKeyReplaced');
  t.is(cameTo(history.decide.replica('namespace.rekey', { namespace: 'billing', old, cause })), 'superseded');
  t.is(rekey({ cause: cause - 1 }), 'nothing');
  t.is(rekey({ cause, old: idOf(7) }), 'nothing');
  const { seq } = history.replica('namespace.rekey', { namespace: 'billing', old, cause }, { made });
  t.is(history.fold.world.doomed.get(old!)?.cause, seq);
  t.is(rekey({ cause }), 'nothing');
  history.admin('namespace.delete', { namespace: 'billing' });
  t.is(rekey({ cause }), 'nothing');
});

test('an admin has the key of a namespace replaced, once at a time', (t) => {
  const history = newHistory();
  const rotate = () => cameTo(history.decide.admin('namespace.rotate', { namespace: 'billing' }));
  t.is(rotate(), 'not_found');
  history.write('billing/KEY');
  t.is(rotate(), 'NamespaceKeyRetired');
  const old = history.fold.world.namespaces.get(billing)?.key;
  const { seq: cause } = history.admin('namespace.rotate', { namespace: 'billing' });
  t.is(rotate(), 'nothing');
  history.replica('namespace.rekey', { namespace: 'billing', old, cause }, { made });
  t.true(history.fold.world.doomed.has(old!));
  t.is(rotate(), 'NamespaceKeyRetired');
});
