import test from 'ava';
import { utf8 } from '../../crypto/bytes.ts';
import { nextHead } from '../../crypto/log.ts';
import { saidOf, withRecord } from '../../tests/support/decisions.ts';
import { disable, given, isDisabled, PATH } from '../../tests/support/disabling.ts';
import { logCrypto } from '../../tests/support/history.ts';
import { digestOf, fingerprintOf, keyPairOf } from '../../tests/support/names.ts';
import { CLOCK_DISTANCE_MS, makeFold } from './fold.ts';

test('what an honest writer appends counts', (t) => {
  const history = given();
  const folded = history.admin('secret.disable', disable);
  t.like(folded.verdict, { _tag: 'state', cause: { command: { operation: 'secret.disable' }, actor: { by: 'admin', admin: 'root', key: keyPairOf(1).publicKey } } });
  t.true(isDisabled(history));
});

for (const [what, ms] of Object.entries({ late: CLOCK_DISTANCE_MS + 1, early: -CLOCK_DISTANCE_MS - 1 }))
  test(`a writer whose clock is too far off (${what}) writes nothing that counts, and moves no clock`, (t) => {
    const history = given();
    const draft = history.draft.admin('secret.disable', disable);
    const before = history.fold.world.now;
    const folded = history.append(withRecord(draft, { at: draft.record.at - ms }));
    t.is(saidOf(folded), 'void outdated');
    t.is(history.fold.world.now, before);
    t.false(isDisabled(history));
    const near = withRecord(history.draft.admin('secret.disable', disable), { at: draft.record.at - Math.sign(ms) * CLOCK_DISTANCE_MS });
    t.is(saidOf(history.append(near)), 'state');
  });

test('the log’s time never goes back', (t) => {
  const history = given();
  history.pass(60_000);
  const at = history.admin('secret.describe', { path: PATH, description: 'x' }).now;
  history.pass(-10_000);
  const folded = history.admin('secret.disable', disable);
  t.deepEqual([folded.now, history.fold.world.now], [at, at]);
});

test('another history than the writer had is the end, for good', (t) => {
  const history = given();
  const draft = history.draft.admin('secret.disable', disable);
  const head = { ...draft.record.head, hash: digestOf(1) };
  t.is(saidOf(history.append(withRecord(draft, { head }))), 'halted history changed');
  t.is(saidOf(history.append(history.draft.admin('secret.disable', disable))), 'halted history changed');
  t.is(saidOf(history.publish({ subject: history.subjects.state.keyring, data: utf8('{}'), mac: '' })), 'halted history changed');
  t.false(isDisabled(history));
});

test('an altered message is not merely skipped: the next one whose writer had folded it stops the fold', (t) => {
  const history = given();
  history.approved('invoicer');
  history.grant('invoicer', PATH);
  const { seq } = history.revoke('invoicer', PATH);
  history.write(PATH);
  const fold = makeFold(history.subjects, logCrypto);
  const said = history.messages.map((message) => fold.apply(message.seq === seq ? { ...message, data: utf8('{}') } : message));
  t.deepEqual(said.slice(seq - 1).map(saidOf), ['skipped mac', 'halted history changed']);
});

test('reads are decided at their own place, many in one message', (t) => {
  const history = given();
  const credential = history.approved('invoicer');
  const attempt = { service: 'invoicer', credential, paths: [PATH, 'billing/NONE'] };
  history.grant('invoicer', PATH);
  const read = history.read(attempt, { ...attempt, service: 'other', paths: [PATH] });
  const outcomes = [
    [{ result: 'allowed', path: PATH, version: { version: 1 } }, { result: 'refused', reason: 'ungranted' }],
    [{ result: 'refused', reason: 'credential' }],
  ];
  t.like(read.verdict, { _tag: 'read', outcomes });
  history.revoke('invoicer', PATH);
  t.like(history.read(attempt).verdict, { outcomes: [[{ result: 'refused', reason: 'ungranted' }]] });
});

test('a read that was written before a revoke, but stands after it, is refused', (t) => {
  const history = given();
  const attempt = { service: 'invoicer', credential: history.approved('invoicer'), paths: [PATH] };
  history.grant('invoicer', PATH);
  const draft = history.draft.read(attempt);
  history.revoke('invoicer', PATH);
  t.like(history.append(draft).verdict, { _tag: 'read', outcomes: [[{ result: 'refused' }]] });
});

test('a read neither moves the clock nor the hash', (t) => {
  const history = given();
  const [before, head] = [history.fold.world.now, history.fold.head()];
  history.pass(5000);
  history.read({ service: 'invoicer', credential: fingerprintOf(1), paths: [PATH] });
  t.deepEqual([history.fold.world.now, history.fold.head()], [before, head]);
});

test('the head rolls over every state message that was accepted, also over void ones', (t) => {
  const history = given();
  const head = history.fold.head();
  const draft = history.draft.admin('secret.enable', disable, { events: [{ type: 'SecretEnabled', v: 1, path: PATH as never }] });
  const { seq } = history.append(draft);
  const { subject, data } = history.message(seq)!;
  t.deepEqual(history.fold.head(), { seq: seq as never, hash: nextHead(head.hash, seq, subject, data) });
  t.is(history.fold.headAt(seq), history.fold.head().hash);
});

test('an auditor without keys comes to the same verdicts where nothing was forged', (t) => {
  const history = given();
  history.admin('secret.disable', disable);
  const { mac: _, ...keyless } = logCrypto;
  const fold = makeFold(history.subjects, keyless);
  t.deepEqual(history.messages.map((message) => fold.apply(message).verdict._tag), history.messages.map(() => 'state'));
  t.deepEqual(fold.head(), history.fold.head());
});
