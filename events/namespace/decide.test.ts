import test from 'ava';
import { FIRST_ADMIN, KEYRING, newHistory, OPERATOR_KEY, SEALED } from '../../tests/support/history.ts';
import { cameTo } from '../../tests/support/decisions.ts';
import { digestOf, idOf } from '../../tests/support/names.ts';
import { Namespace, SecretPath, sure } from '../vocabulary.ts';
import { ACCESS_KEYS_MAX, ISSUED_NAMESPACES_MAX } from './decide.ts';

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

const issued = (n: number) => ({ namespace: 'billing', key: idOf(n), digest: digestOf(n) });

test('given no such namespace, when one is issued, then it is there with its access key, in one record; given one, then it is refused', (t) => {
  const history = newHistory();
  const issue = (n: number, how: object = { made }) => cameTo(history.decide.replica('namespace.issue', issued(n), how));
  t.is(issue(1), 'NamespaceCreated AccessKeyIssued');
  t.is(issue(1, {}), 'superseded');
  history.replica('namespace.issue', issued(1), { made });
  t.deepEqual(history.fold.world.accessKeys.get(digestOf(1)), { namespace: billing, id: idOf(1) });
  t.is(issue(2), 'exists');
  t.is(cameTo(history.decide.replica('namespace.issue', { ...issued(1), namespace: 'other' }, { made })), 'exists');
});

test('a namespace that an admin made is not to be had by issuing it', (t) => {
  const history = newHistory();
  history.write('billing/KEY');
  t.is(cameTo(history.decide.replica('namespace.issue', issued(1), { made })), 'exists');
});

test('an admin gives a namespace so many access keys, each once, and takes each away', (t) => {
  const history = newHistory();
  const issue = (n: number) => cameTo(history.decide.admin('namespace.access-key.issue', issued(n)));
  const revoke = (n: number) => cameTo(history.decide.admin('namespace.access-key.revoke', { namespace: 'billing', key: idOf(n) }));
  t.is(issue(1), 'not_found');
  t.is(revoke(1), 'not_found');
  history.write('billing/KEY');
  for (let n = 1; n <= ACCESS_KEYS_MAX; n += 1) history.admin('namespace.access-key.issue', issued(n));
  t.is(issue(1), 'exists');
  t.is(issue(99), 'too_many');
  history.admin('namespace.access-key.revoke', { namespace: 'billing', key: idOf(1) });
  t.false(history.fold.world.accessKeys.has(digestOf(1)));
  t.is(revoke(1), 'not_found');
  t.is(issue(99), 'AccessKeyIssued');
});

test('the access keys of a namespace go with it', (t) => {
  const history = newHistory();
  history.replica('namespace.issue', issued(1), { made });
  history.admin('namespace.delete', { namespace: 'billing' });
  t.is(history.fold.world.accessKeys.size, 0);
  history.replica('namespace.issue', issued(2), { made: { key: { id: idOf(98), wrappedBy: KEYRING.root } } });
  t.deepEqual(history.fold.world.namespaces.get(billing)?.accessKeys, [{ id: idOf(2), digest: digestOf(2), issuedBy: null }]);
});

test('an access key writes and deletes in its own namespace, and nothing else anywhere, until it is revoked', (t) => {
  const history = newHistory();
  history.write('other/KEY');
  history.replica('namespace.issue', issued(1), { made });
  const how = { accessKey: idOf(1), made: { key: { id: idOf(50), wrappedBy: idOf(99) }, sealed: SEALED } };
  const write = (path: string) => cameTo(history.decide.admin('secret.write', { path, digest: digestOf(1), description: null, ifVersion: null }, how));
  t.deepEqual(['billing/KEY', 'billing/deep/KEY', 'other/KEY', 'none/KEY'].map(write), ['SecretWritten', 'unauthorized', 'unauthorized', 'unauthorized']);
  history.admin('secret.write', { path: 'billing/KEY', digest: digestOf(1), description: null, ifVersion: null }, how);
  const give = (operation: Parameters<typeof history.decide.admin>[0], args: object) => cameTo(history.decide.admin(operation, { ...args }, how));
  t.is(give('secret.delete', { path: 'billing/KEY' }), 'SecretDeleted');
  t.is(give('secret.delete', { path: 'other/KEY' }), 'unauthorized');
  t.is(give('secret.disable', { path: 'billing/KEY' }), 'unauthorized');
  t.is(give('namespace.delete', { namespace: 'other' }), 'unauthorized');
  t.is(give('namespace.rotate', { namespace: 'billing' }), 'unauthorized');
  t.is(give('namespace.access-key.issue', issued(2)), 'unauthorized');
  t.is(give('namespace.delete', { namespace: 'billing' }), 'NamespaceDeleted');
  const late = history.draft.admin('secret.delete', { path: 'billing/KEY' }, how);
  history.admin('namespace.access-key.revoke', { namespace: 'billing', key: idOf(1) });
  t.like(history.append(late).verdict, { _tag: 'void', refusal: { code: 'unauthorized' } });
});

test('a namespace that was issued belongs to its access key: no admin and no token writes there, nor by a record that was decided before', (t) => {
  const history = newHistory();
  const write = { path: 'billing/KEY', digest: digestOf(1), description: null, ifVersion: null };
  const value = { key: { id: idOf(50), wrappedBy: idOf(99) }, sealed: SEALED };
  history.admin('token.issue', { admin: FIRST_ADMIN, token: idOf(7), label: 'deploy', role: 'writer', digest: digestOf(7), until: history.now() + 60_000 });
  const early = history.draft.admin('secret.write', write, { made: value, events: [] });
  history.replica('namespace.issue', issued(1), { made });
  const foreign = (how: object) => cameTo(history.decide.admin('secret.write', write, { made: value, ...how }));
  t.deepEqual([foreign({}), foreign({ token: { id: idOf(7), label: 'deploy' } })], ['foreign_namespace', 'foreign_namespace']);
  const event = { type: 'SecretWritten', v: 1, path: 'billing/KEY', version: 1, digest: digestOf(1), key: idOf(50), size: 3, description: null, rollbackOf: null, checks: [] };
  t.like(history.append({ ...early, record: { ...early.record, events: [event] } as never }).verdict, { _tag: 'void', refusal: { code: 'foreign_namespace' } });
  t.is(foreign({ accessKey: idOf(1) }), 'SecretWritten');
  history.admin('secret.write', write, { made: value, accessKey: idOf(1) });
  history.admin('secret.write', write, { made: { sealed: SEALED }, accessKey: idOf(1) });
  const how = { made: { sealed: SEALED } };
  t.is(cameTo(history.decide.admin('secret.rollback', { path: 'billing/KEY', version: 1 }, how)), 'foreign_namespace');
  t.is(cameTo(history.decide.admin('secret.delete', { path: 'billing/KEY' })), 'SecretDeleted');
  t.is(cameTo(history.decide.admin('namespace.delete', { namespace: 'billing' })), 'NamespaceDeleted');
});

test('an admin goes on writing where an admin gave out an access key', (t) => {
  const history = newHistory();
  history.write('billing/KEY');
  history.admin('namespace.access-key.issue', issued(1));
  history.write('billing/KEY');
  t.is(history.fold.world.secrets.get(sure(SecretPath, 'billing/KEY'))?.version, 2);
});

test('a stub is nothing to who holds an access key', (t) => {
  const history = newHistory();
  history.replica('namespace.issue', issued(1), { made });
  history.replica('secret.stub', { path: 'billing/WANTED', service: 'invoicer', description: null, format: null, pattern: null, read: 1 });
  const remove = (path: string, how: object = { accessKey: idOf(1) }) => history.decide.admin('secret.delete', { path }, how);
  t.deepEqual([cameTo(remove('billing/WANTED')), cameTo(remove('billing/NONE'))], ['not_found', 'not_found']);
  t.is(cameTo(remove('billing/WANTED', {})), 'SecretDeleted');
});

test('so many namespaces are issued and no more, until one is deleted', (t) => {
  const history = newHistory();
  history.replica('namespace.issue', issued(1), { made });
  for (let n = 1; n < ISSUED_NAMESPACES_MAX; n += 1) history.fold.world.issued.add(sure(Namespace, `of/${n}`));
  const issue = () => cameTo(history.decide.replica('namespace.issue', { ...issued(2), namespace: 'other' }, { made: { key: { id: idOf(98), wrappedBy: KEYRING.root } } }));
  t.is(issue(), 'too_many');
  history.admin('namespace.delete', { namespace: 'billing' });
  t.is(issue(), 'NamespaceCreated AccessKeyIssued');
});
