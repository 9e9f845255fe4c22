import test from 'ava';
import { saidOf, withRecord } from '../../tests/support/decisions.ts';
import { disable, given, isDisabled, PATH } from '../../tests/support/disabling.ts';
import { KEYRING, newHistory } from '../../tests/support/history.ts';
import { idOf, keyPairOf } from '../../tests/support/names.ts';
import { SIGNED_AFTER_MS, SIGNED_BEFORE_MS } from './judge.ts';

test('a command counts for a while before and after it was signed', (t) => {
  const sign = (offset: number) => {
    const history = given();
    return saidOf(history.admin('secret.disable', disable, { signedAt: history.now() + offset }));
  };
  t.is(sign(-SIGNED_BEFORE_MS), 'state');
  t.is(sign(-SIGNED_BEFORE_MS - 1), 'void outdated');
  t.is(sign(SIGNED_AFTER_MS), 'state');
  t.is(sign(SIGNED_AFTER_MS + 1), 'void outdated');
});

test('an admin who lost the role meanwhile writes nothing that counts', (t) => {
  const history = given();
  const ann = keyPairOf(2);
  history.admin('admin.add', { admin: 'ann', key: ann.publicKey, role: 'admin' });
  const draft = history.draft.admin('secret.disable', disable, { admin: 'ann', key: ann });
  history.admin('admin.remove', { admin: 'ann' });
  t.is(saidOf(history.append(draft)), 'void role');
  t.false(isDisabled(history));
});

test('a command for another installation is void', (t) => {
  t.is(saidOf(given().admin('secret.disable', disable, { keyring: idOf(77) })), 'void wrong_service');
});

test('a command is carried out once on its subject, for as long as its signature could be in time', (t) => {
  const history = given();
  const id = history.nextId();
  const signedAt = history.now() + SIGNED_AFTER_MS;
  t.is(saidOf(history.admin('secret.disable', disable, { id, signedAt })), 'state');
  history.admin('secret.enable', disable);
  t.is(saidOf(history.admin('secret.disable', disable, { id, signedAt })), 'void replayed');
  history.pass(SIGNED_BEFORE_MS + SIGNED_AFTER_MS);
  history.admin('secret.describe', { path: PATH, description: 'x' });
  t.is(saidOf(history.admin('secret.disable', disable, { id, signedAt })), 'void replayed');
  history.pass(1);
  t.is(saidOf(history.admin('secret.disable', disable, { id, signedAt })), 'void outdated');
  t.false(isDisabled(history));
});

test('remembered commands are forgotten in the end', (t) => {
  const history = given();
  for (let i = 0; i < 10; i += 1) history.write(PATH);
  history.pass(SIGNED_BEFORE_MS + SIGNED_AFTER_MS + 1);
  history.write(PATH);
  t.is(history.fold.world.commands.size, 1);
});

test('a void command may be tried again under its id', (t) => {
  const history = given();
  const id = history.nextId();
  const late = history.draft.admin('secret.enable', disable, { id, events: [{ type: 'SecretEnabled', v: 1, path: PATH as never }] });
  t.is(saidOf(history.append(late)), 'void malformed');
  t.is(saidOf(history.admin('secret.enable', disable, { id })), 'state');
});

test('a command that was refused, or changed nothing, is used up too', (t) => {
  const history = given();
  const about = { path: 'billing/LATER' };
  const [refused, empty] = [history.nextId(), history.nextId()];
  t.is(saidOf(history.admin('secret.disable', about, { id: refused, events: [] })), 'void not_found');
  history.write('billing/LATER');
  t.is(saidOf(history.admin('secret.disable', about, { id: refused })), 'void replayed');
  t.is(saidOf(history.admin('secret.enable', about, { id: empty })), 'state');
  history.admin('secret.disable', about);
  t.is(saidOf(history.admin('secret.enable', about, { id: empty })), 'void replayed');
  t.deepEqual([...history.fold.world.commands.values()].slice(-2).map(({ seq }) => seq > 0), [false, true]);
});

test('what is to be tried again by itself is not used up', (t) => {
  const history = newHistory();
  const id = history.nextId();
  const about = { namespace: 'billing' };
  t.is(saidOf(history.admin('namespace.create', about, { id, events: [] })), 'void superseded');
  t.is(saidOf(history.admin('namespace.create', about, { id, made: { key: { id: history.nextId(), wrappedBy: KEYRING.root } } })), 'state');
});

test('a record with other events than its command leads to is void', (t) => {
  const history = given();
  for (const events of [[], [{ type: 'SecretDeleted', v: 1, path: PATH, key: null }], [{ type: 'SecretDisabled', v: 1, path: 'billing/OTHER' }]])
    t.is(saidOf(history.admin('secret.disable', disable, { events: events as never })), 'void malformed');
  t.false(isDisabled(history));
});

test('a record on another subject than its command changes is void', (t) => {
  const history = given();
  const draft = history.draft.admin('secret.disable', disable);
  const subject = history.subjects.state.secret('billing/OTHER' as never);
  t.is(saidOf(history.append({ subject, record: { ...draft.record, prev: 0 as never } })), 'void malformed');
});

test('of two decisions made on the same state the second is judged on what the first left', (t) => {
  const history = given();
  const fingerprint = history.approved('invoicer');
  const revoke = () => history.draft.admin('service.revoke', { service: 'invoicer', fingerprint, seen: history.seen.credential('invoicer', fingerprint) });
  const [one, two] = [revoke(), revoke()];
  t.is(saidOf(history.append(one)), 'state');
  t.is(saidOf(history.append(withRecord(two, { prev: history.fold.previous(two.subject) }))), 'void changed');
});

test('a first write makes its namespace under the same signature', (t) => {
  const history = newHistory();
  history.write('mail/KEY');
  t.deepEqual(history.messages.slice(1).map(({ subject }) => subject), ['secrets.events.state.namespace.mail', 'secrets.events.state.secret.mail.KEY']);
  t.true(history.fold.world.namespaces.has('mail' as never));
});
