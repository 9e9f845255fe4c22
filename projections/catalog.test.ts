import test from 'ava';
import { BEGIN, FIRST_ADMIN, newHistory } from '../tests/support/history.ts';
import { HISTORY_MAX } from './catalog.ts';
import { digestOf, idOf, keyPairOf } from '../tests/support/names.ts';
import { entriesAfter } from '../tests/support/stored.ts';

const PATH = 'billing/stripe/API_KEY';
const KEY = 'billing.stripe.API_KEY';
const at = (ms: number) => BEGIN + ms;

const given = () => newHistory();

test('a first write is a live secret in a namespace', (t) => {
  const history = given();
  history.pass(5);
  const { seq } = history.write(PATH, { description: 'the live key' });
  const entries = entriesAfter(history, 'catalog');
  t.deepEqual(entries[KEY], {
    path: PATH,
    status: 'live',
    description: 'the live key',
    version: 1,
    checks: [],
    history: [{ version: 1, at: at(5), by: FIRST_ADMIN, rollbackOf: null, deleted: false, seq }],
    askedBy: null,
    createdAt: at(5),
    updatedAt: at(5),
    updatedBy: FIRST_ADMIN,
    seq,
  });
  t.deepEqual(entries['=.billing.stripe'], { namespace: 'billing/stripe', createdAt: at(5), accessKeys: [], createdBy: FIRST_ADMIN, seq: seq - 1 });
});

test('every change counts the version up or says who made it, and carries its own sequence', (t) => {
  const history = given();
  history.write(PATH);
  history.write(PATH);
  history.pass(7);
  history.admin('secret.rollback', { path: PATH, version: 1 }, { made: { sealed: { nonce: 'A'.repeat(32), box: 'A'.repeat(68) } } });
  t.like(entriesAfter(history, 'catalog')[KEY], { version: 3, updatedAt: at(7), createdAt: at(0), history: { 2: { rollbackOf: 1 } } });
  history.admin('secret.describe', { path: PATH, description: 'words' });
  history.admin('secret.disable', { path: PATH });
  t.like(entriesAfter(history, 'catalog')[KEY], { status: 'disabled', description: 'words' });
  history.write(PATH);
  t.like(entriesAfter(history, 'catalog')[KEY], { status: 'disabled', description: 'words', version: 4 });
  const { seq } = history.admin('secret.enable', { path: PATH });
  t.like(entriesAfter(history, 'catalog')[KEY], { status: 'live', seq });
});

test('a stub says who asked, until it gets a value', (t) => {
  const history = given();
  history.replica('secret.stub', { path: PATH, service: 'invoicer', description: 'for invoices', read: 1 });
  t.like(entriesAfter(history, 'catalog')[KEY], { status: 'stub', version: 0, askedBy: 'invoicer', description: 'for invoices', updatedBy: null });
  history.write(PATH);
  t.like(entriesAfter(history, 'catalog')[KEY], { status: 'live', version: 1, askedBy: null, description: 'for invoices' });
});

test('a deleted secret stays with its history, and goes on from its version', (t) => {
  const history = given();
  history.write(PATH, { description: 'words' });
  history.admin('secret.delete', { path: PATH });
  t.like(entriesAfter(history, 'catalog')[KEY], { status: 'deleted', version: 1, description: null, history: { 0: { deleted: true } } });
  history.write(PATH);
  t.like(entriesAfter(history, 'catalog')[KEY], { status: 'live', version: 2, history: { 0: { deleted: true }, 1: { deleted: false } } });
});

test('a namespace takes its own secrets with it, and no others', (t) => {
  const history = given();
  for (const path of [PATH, 'billing/stripe/B', 'billing/stripe/deep/C', 'billing/D', 'billing/stripe/GONE']) history.write(path);
  const gone = history.admin('secret.delete', { path: 'billing/stripe/GONE' });
  const { seq } = history.admin('namespace.delete', { namespace: 'billing/stripe' });
  const entries = entriesAfter(history, 'catalog');
  t.is(entries['=.billing.stripe'], undefined);
  t.like(entries[KEY], { status: 'deleted', seq });
  t.like(entries['billing.stripe.B'], { status: 'deleted', seq });
  t.like(entries['billing.stripe.GONE'], { status: 'deleted', seq: gone.seq });
  t.like(entries['billing.stripe.deep.C'], { status: 'live' });
  t.like(entries['billing.D'], { status: 'live' });
});

test('names that look alike in a subject have entries of their own', (t) => {
  const history = given();
  history.write('a.b/C');
  history.write('a/b/C');
  t.deepEqual(Object.keys(entriesAfter(history, 'catalog')).sort(), ['=.a.b', '=.a=2Eb', 'a.b.C', 'a=2Eb.C']);
});

test('an entry keeps its last versions only, since it is one message', (t) => {
  const history = given();
  for (let i = 0; i <= HISTORY_MAX; i += 1) history.write(PATH);
  const { history: kept } = entriesAfter(history, 'catalog')[KEY] as { history: ReadonlyArray<{ version: number }> };
  t.deepEqual([kept.length, kept.at(0)?.version, kept.at(-1)?.version], [HISTORY_MAX, 2, HISTORY_MAX + 1]);
});

test('given an access key that a stolen key signed for, when that is removed with all, then it is shown as revoked', (t) => {
  const history = given();
  const thief = { key: keyPairOf(2) };
  history.write(PATH);
  history.admin('admin.add', { admin: FIRST_ADMIN, key: keyPairOf(2).publicKey, role: 'admin' });
  history.admin('namespace.access-key.issue', { namespace: 'billing/stripe', key: idOf(1), digest: digestOf(1) }, thief);
  history.pass(5);
  history.admin('admin.key.remove-all', { admin: FIRST_ADMIN, key: keyPairOf(2).publicKey });
  t.like(entriesAfter(history, 'catalog')['=.billing.stripe'], { accessKeys: [{ key: idOf(1), revokedAt: at(5) }] });
});
