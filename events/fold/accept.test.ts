import test from 'ava';
import { utf8 } from '../../crypto/bytes.ts';
import { logMac } from '../../crypto/log.ts';
import { saidOf, withRecord } from '../../tests/support/decisions.ts';
import { disable, given, isDisabled, PATH } from '../../tests/support/disabling.ts';
import { KEYRING, logCrypto, newHistory, OPERATOR_KEY, type History } from '../../tests/support/history.ts';
import { digestOf, idOf } from '../../tests/support/names.ts';
import { makeFold } from './fold.ts';

test('a forged message is skipped: whatever its MAC is, or none', (t) => {
  const history = given();
  const { subject, data, mac } = history.messageOf(history.draft.admin('secret.disable', disable));
  const flipped = mac.endsWith('A') ? 'E' : 'A';
  for (const forged of ['', 'x', `${KEYRING.log}.`, `${mac.slice(0, -1)}${flipped}`, `${KEYRING.log}.${digestOf(1)}`])
    t.regex(saidOf(history.publish({ subject, data, mac: forged })), /^skipped (mac|key)$/, forged);
  t.false(isDisabled(history));
});

test('the MAC holds subject, place and content together', (t) => {
  const history = given();
  const genuine = history.messageOf(history.draft.admin('secret.disable', disable));
  const other = history.messageOf(history.draft.admin('secret.describe', { path: PATH, description: 'x' }));
  t.is(saidOf(history.publish({ ...genuine, data: other.data })), 'skipped mac');
  t.is(saidOf(history.publish({ ...genuine, subject: history.subjects.state.secret('billing/OTHER' as never) })), 'skipped mac');
  // Something came in between, so it is not at its place any more.
  t.is(saidOf(history.publish(genuine)), 'skipped mac');
});

test('neither a forged message nor a genuine one published again stands in an honest writer’s way', (t) => {
  const history = given();
  const genuine = history.message(history.admin('secret.disable', disable).seq)!;
  history.admin('secret.enable', disable);
  t.is(saidOf(history.publish(genuine)), 'skipped mac');
  t.is(saidOf(history.publish({ ...genuine, mac: '' })), 'skipped key');
  t.false(isDisabled(history));
  t.is(saidOf(history.admin('secret.disable', disable)), 'state');
  t.true(isDisabled(history));
});

test('what is skipped changes no hash, and moves no clock', (t) => {
  const history = given();
  const head = history.fold.head();
  const before = history.fold.world.now;
  history.pass(5000);
  history.publish({ subject: history.subjects.state.keyring, data: utf8('{}'), mac: '' });
  t.deepEqual(history.fold.head(), head);
  t.is(history.fold.world.now, before);
});

test('a record whose own word of its predecessor is wrong is skipped', (t) => {
  const history = given();
  const draft = history.draft.admin('secret.disable', disable);
  t.is(saidOf(history.append(withRecord(draft, { prev: draft.record.prev - 1 }))), 'skipped prev');
});

test('subjects that are not the log’s are skipped', (t) => {
  const history = given();
  t.is(saidOf(history.publish({ subject: 'secrets.events.other', data: utf8('{}'), mac: '' })), 'skipped subject');
});

test('nothing counts before the keyring, and the keyring only under the log key that it names', (t) => {
  const history = newHistory({ begun: false });
  const early = newHistory().draft.admin('admin.remove', { admin: 'nobody' }, { events: [] });
  t.is(saidOf(history.append(withRecord(early, { head: history.fold.head(), prev: 0 }))), 'skipped key');
  t.is(saidOf(history.begin()), 'state');
  const other = newHistory({ begun: false });
  const crypto = { ...logCrypto, mac: (_: string, subject: string, prev: number, data: Uint8Array) => logMac(new Uint8Array(32), subject, prev, data) };
  const fold = makeFold(other.subjects, crypto);
  const { subject, data } = history.message(2)!;
  const mac = `${idOf(9)}.${logMac(new Uint8Array(32), subject, 0, data)}`;
  t.like(fold.apply({ subject, data, mac, seq: 1, time: history.now() }).verdict, { _tag: 'skipped', why: 'key' });
});

const newLogKey = (history: History) =>
  history.replica('key.replace', { key: { id: idOf(70), purpose: 'log', public: null, signature: null }, old: KEYRING.log }, { made: { key: { id: idOf(70), wrappedBy: OPERATOR_KEY } } });

test('what is written under a log key that was replaced counts for a minute more', (t) => {
  const history = given();
  history.admin('key.rotate', { purposes: ['log'] });
  newLogKey(history);
  history.pass(60_000);
  t.is(saidOf(history.admin('secret.disable', disable)), 'state');
  history.pass(1);
  t.is(saidOf(history.admin('secret.enable', disable)), 'skipped key');
});

test('a log key counts from the event that names it', (t) => {
  const history = given();
  const { subject, data } = history.messageOf(history.draft.admin('secret.disable', disable));
  const crypto = { ...logCrypto, mac: (_: string, ...rest: [string, number, Uint8Array]) => logCrypto.mac?.(KEYRING.log, ...rest) };
  const fold = makeFold(history.subjects, crypto);
  for (const message of history.messages) fold.apply(message);
  const under = (seq: number) => {
    const prev = fold.previous(subject);
    const mac = `${idOf(70)}.${logCrypto.mac?.(KEYRING.log, subject, prev, data)}`;
    return { message: { subject, data, mac, seq, time: history.now() }, prev };
  };
  const first = under(history.messages.length + 1);
  t.is(fold.keyNeeded(first.message), undefined);
  t.like(fold.apply(first.message).verdict, { _tag: 'skipped', why: 'key' });
  history.publish(first.message);
  fold.apply(history.message(history.admin('key.rotate', { purposes: ['log'] }).seq)!);
  const added = newLogKey(history);
  fold.apply(history.message(added.seq)!);
  t.is(fold.keyNeeded(under(added.seq + 1).message), idOf(70));
});

test('a right MAC over what this version cannot read is the end: another version, never skipped', (t) => {
  for (const change of [
    (record: object) => ({ ...record, events: [{ type: 'SecretTeleported', v: 1, path: PATH }] }),
    (record: object) => ({ ...record, v: 2 }),
    () => ({}),
    () => 'no record',
  ]) {
    const history = given();
    const draft = history.draft.admin('secret.disable', disable);
    t.is(saidOf(history.append({ ...draft, record: change(draft.record) as never })), 'halted unknown event');
  }
});
