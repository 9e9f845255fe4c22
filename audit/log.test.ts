import test from 'ava';
import { utf8 } from '../crypto/bytes.ts';
import { nextHead } from '../crypto/log.ts';
import { everyEvent, forge, linesOf, NOTE, withKey } from '../tests/support/audit.ts';
import { newHistory, type History, OPERATOR_KEY } from '../tests/support/history.ts';
import { digestOf, idOf, keyPairOf } from '../tests/support/names.ts';
import { AuditLine } from '../protocol/audit-line.ts';
import { auditLog } from './log.ts';
import { words } from '../protocol/audit-words.ts';

const PATH = 'billing/stripe/KEY';
const SERVICE = 'invoicer';

/** A service that may read one path, and has. */
const begun = () => {
  const history = newHistory();
  history.write(PATH);
  const credential = history.approved(SERVICE);
  history.grant(SERVICE, 'billing/');
  const ask = () => history.read({ service: SERVICE, credential, paths: [PATH] });
  ask();
  return { history, ask, credential };
};

const at = (lines: ReadonlyArray<AuditLine>, seq: number) => lines.filter((line) => line.seq === seq);
const findings = (lines: ReadonlyArray<AuditLine>) => lines.filter(({ finding }) => finding !== undefined);

test('every type of event there is gives a line, with the log key and without', async (t) => {
  const history = everyEvent(newHistory());
  for (const options of [{}, withKey]) {
    const lines = await linesOf(history, options);
    t.deepEqual([...new Set(lines.map(({ what }) => what))].sort(), [...Object.values(words), 'read'].sort());
    t.true(lines.every((line) => AuditLine.is(line)));
    t.deepEqual(findings(lines), []);
    t.true(lines.some(({ note }) => note === NOTE));
    t.like(lines.find(({ who }) => who?.kind === 'token'), { who: { name: 'deploy', token: idOf(60) }, outcome: 'done' });
  }
});

test('a line says who, what, about what, and how that is known', async (t) => {
  const { history, credential } = begun();
  const lines = await linesOf(history);
  t.like(lines.find(({ what }) => what === 'access.granted'), {
    who: { kind: 'admin', name: 'root' },
    about: { service: SERVICE, target: 'billing/' },
    outcome: 'done',
    verified: 'signature',
  });
  t.like(lines.at(-1), {
    at: '2026-01-01T00:00:00.000Z',
    what: 'read',
    who: { kind: 'service', name: SERVICE, credential },
    about: { path: PATH, service: SERVICE, version: 1 },
    outcome: 'allowed',
    client: { name: 'test', version: '1' },
    verified: 'unverified',
  });
  t.true((await linesOf(history, withKey)).every(({ verified }) => verified === 'mac'));
});

test('a read of a namespace is one line: which access key, and how many values it was given', async (t) => {
  const { history } = begun();
  history.admin('namespace.access-key.issue', { namespace: 'billing/stripe', key: idOf(31), digest: digestOf(31) });
  const { seq } = history.read({ namespace: 'billing/stripe', key: idOf(31) }, { namespace: 'billing/stripe', key: idOf(32) });
  const [given, refused] = at(await linesOf(history), seq);
  t.like(given, { what: 'read', who: { kind: 'access key', name: idOf(31) }, about: { namespace: 'billing/stripe', count: 1 }, outcome: 'allowed' });
  t.like(refused, { who: { kind: 'access key', name: idOf(32) }, outcome: 'refused', reason: 'access_key' });
});

test('each path of a read has its outcome, recomputed at its place', async (t) => {
  const { history, credential } = begun();
  history.deny(SERVICE, PATH);
  const paths = [PATH, 'billing/stripe/NONE', 'shop/till/PIN'];
  const { seq } = history.read({ service: SERVICE, credential, paths });
  const lines = at(await linesOf(history), seq);
  t.deepEqual(lines.map(({ about, outcome, reason }) => [about.path, outcome, reason]), [
    [PATH, 'refused', 'denied'],
    ['billing/stripe/NONE', 'refused', 'missing'],
    ['shop/till/PIN', 'refused', 'ungranted'],
  ]);
});

test('refusals at the door are summed up in a line, whatever time they claim', async (t) => {
  const { history } = begun();
  const { subject, record } = history.draft.read();
  const refusals = [{ code: 'credential_pending', service: SERVICE, credential: null, count: 7, since: Number.MAX_SAFE_INTEGER }];
  history.append({ subject, record: { ...record, refusals } as never });
  t.like((await linesOf(history)).at(-1), {
    what: 'requests.refused',
    about: { service: SERVICE, count: 7, since: '9999-12-31T23:59:59.999Z' },
    outcome: 'refused',
    reason: 'credential_pending',
  });
});

test('what is void has a line with the reason', async (t) => {
  const { history } = begun();
  const { seq } = history.admin('secret.disable', { path: PATH }, { signedAt: history.now() - 91_000 });
  for (const options of [{}, withKey]) t.like(at(await linesOf(history, options), seq)[0], { outcome: 'void', reason: 'outdated', what: 'secret.disabled' });
});

test('without the key a forged record is found out by the next record of a writer', async (t) => {
  const { history, ask, credential } = begun();
  const revoke = history.draft.replica('credential.expire', { service: SERVICE, fingerprint: credential }, {
    events: [{ type: 'CredentialExpired', v: 1, service: SERVICE, fingerprint: credential } as never],
  });
  const seq = forge(history, revoke);
  t.not(at(await linesOf(history), seq)[0]?.outcome, 'skipped', 'nobody can know yet');
  history.write('shop/till/PIN');
  ask();
  const lines = await linesOf(history);
  t.like(at(lines, seq)[0], { outcome: 'skipped', reason: 'not_accepted_by_any_writer', verified: 'unverified', what: 'credential.expired' });
  t.deepEqual(findings(lines), []);
  t.like(lines.at(-1), { outcome: 'allowed' });
  t.like(at(await linesOf(history, withKey), seq)[0], { outcome: 'skipped', reason: 'forged' });
});

test('a record that an admin never signed is excluded at once', async (t) => {
  const { history } = begun();
  const draft = history.draft.admin('secret.disable', { path: PATH }, { key: keyPairOf(1) });
  const origin = { ...(draft.record as never as { origin: object }).origin, signature: 'A'.repeat(86) };
  const seq = forge(history, draft, { origin });
  t.like(at(await linesOf(history), seq)[0], { outcome: 'skipped', reason: 'forged', verified: 'wrong signature' });
  const stranger = forge(history, history.draft.admin('secret.disable', { path: PATH }, { key: keyPairOf(9), events: [] }));
  t.like(at(await linesOf(history), stranger)[0], { outcome: 'skipped', reason: 'unknown_key' });
});

test('a wrong signature that the service itself accepted is a finding, with the key and without', async (t) => {
  const { history, ask } = begun();
  const draft = history.draft.admin('secret.disable', { path: PATH });
  const origin = { ...(draft.record as never as { origin: object }).origin, signature: 'A'.repeat(86) };
  const { seq } = history.append({ ...draft, record: { ...draft.record, origin } as never });
  ask();
  for (const options of [{}, withKey]) {
    const lines = await linesOf(history, options);
    t.like(at(lines, seq)[0], { outcome: 'done', verified: 'wrong signature', finding: 'wrong signature' });
    t.is(findings(lines).length, 1);
    t.like(lines.at(-1), { outcome: 'refused', reason: 'disabled' });
  }
});

test('a genuine message that is published again has no effect', async (t) => {
  const { history, ask } = begun();
  const { seq } = history.publish(history.messages.at(-2)!);
  ask();
  for (const options of [{}, withKey]) t.is(at(await linesOf(history, options), seq)[0]?.outcome, 'skipped');
});

test('what cannot be read is a line without what it says', async (t) => {
  const { history, ask } = begun();
  const subject = history.subjects.state.keyring;
  const seqs = ['{}', 'CANARY', '\u001b[2J'].map((text) => history.publish({ subject, data: utf8(text), mac: '' }).seq);
  seqs.push(history.publish({ subject: 'secrets.events.\u001b[2J', data: utf8('{}'), mac: '' }).seq);
  ask();
  const lines = (await linesOf(history)).filter((line) => seqs.includes(line.seq));
  t.deepEqual(lines.map(({ outcome, reason }) => [outcome, reason]), [...Array<[string, string]>(3).fill(['skipped', 'unreadable']), ['skipped', 'unknown_subject']]);
  t.false(/CANARY|\\u001b/.test(JSON.stringify(lines)));
});

/** The same log with one message exchanged or taken out, as who has the broker's disk can. */
const tampered = ({ log, subjects }: History, seq: number, change?: (text: string) => string): Pick<History, 'log' | 'subjects'> => ({
  subjects,
  log: {
    ...log,
    at: (wanted) => async () => {
      const found = await log.at(wanted)();
      if (wanted !== seq || found._tag === 'Left' || found.right._tag === 'None') return found;
      const message = found.right.value;
      if (change === undefined) return { _tag: 'Right', right: { _tag: 'None' } };
      return { _tag: 'Right', right: { _tag: 'Some', value: { ...message, data: utf8(change(new TextDecoder().decode(message.data))) } } };
    },
  },
});

test('an altered message is found, and nothing after it is judged', async (t) => {
  const { history, ask } = begun();
  const { seq } = history.revoke(SERVICE, 'billing/');
  ask();
  history.write('shop/till/PIN');
  for (const change of [(text: string) => text.replace('"reason":null', '"reason":"x"'), (text: string) => text.replace('replica-1', 'replica-2'), () => 'nothing'])
    for (const options of [{}, withKey]) {
      const lines = await linesOf(tampered(history, seq, change), options);
      t.is(lines.at(-1)?.finding, 'history changed');
      t.is(lines.at(-1)?.outcome, 'halted');
      t.true(lines.at(-1)!.seq > seq);
      t.true(lines.filter((line) => line.seq > seq).every(({ outcome }) => outcome === 'skipped' || outcome === 'halted'));
    }
});

test('a message that is gone is found', async (t) => {
  const { history, ask } = begun();
  const { seq } = history.revoke(SERVICE, 'billing/');
  ask();
  t.like(findings(await linesOf(tampered(history, seq)))[0], { finding: 'messages missing', about: { from: seq, to: seq } });
  const last = history.messages.length;
  t.like(findings(await linesOf(tampered(history, last)))[0], { finding: 'messages missing', about: { from: last, to: last } });
});

test('an unreadable record that later writers had accepted is from a newer service, and the audit stops there', async (t) => {
  const { history } = begun();
  const head = history.fold.head();
  const { subject, record } = history.draft.replica('key.add', { key: { id: idOf(20), purpose: 'box', public: null, signature: null } }, { made: { key: { id: idOf(20), wrappedBy: OPERATOR_KEY } } });
  const { seq } = history.append({ subject, record: { ...record, events: [{ type: 'KeyPolished', v: 1 }] } as never });
  t.like((await linesOf(history)).at(-1), { seq, outcome: 'skipped', reason: 'unreadable' });
  const after = { seq, hash: nextHead(head.hash, seq, subject, history.message(seq)!.data) };
  forge(history, history.draft.admin('secret.disable', { path: PATH }), { head: after });
  for (const options of [{}, withKey]) t.like((await linesOf(history, options)).at(-1), { seq, outcome: 'halted', finding: 'unknown event' });
});

test('no value, ciphertext or digest of one is in any line', async (t) => {
  const { history, ask } = begun();
  const digest = digestOf(77);
  const box = Buffer.from('CANARY'.repeat(8)).toString('base64url');
  const command = { path: PATH, digest, description: null, ifVersion: null };
  history.admin('secret.write', command, { made: { sealed: { nonce: 'A'.repeat(32), box } } });
  const again = history.draft.admin('secret.write', command, { made: { sealed: { nonce: 'A'.repeat(32), box } } });
  history.append(again, 1);
  forge(history, again, { origin: { ...(again.record as never as { origin: object }).origin, signature: 'A'.repeat(86) } });
  ask();
  for (const options of [{}, withKey]) {
    const text = JSON.stringify(await linesOf(history, options));
    t.true(text.includes('"version":2'));
    for (const secret of [digest, box, 'sealed', digestOf(1)]) t.false(text.includes(secret));
  }
});

test('following goes on with what comes, and takes back what turns out forged', async (t) => {
  const { history, ask, credential } = begun();
  const stop = new AbortController();
  const lines: AuditLine[] = [];
  const expire = { type: 'CredentialExpired', v: 1, service: SERVICE, fingerprint: credential } as never;
  const forged = forge(history, history.draft.replica('credential.expire', { service: SERVICE, fingerprint: credential }, { events: [expire] }));
  const denied = history.messages.length;
  const followed = auditLog({ reader: history.log, subjects: history.subjects, filter: {}, follow: true, signal: stop.signal });
  for await (const line of followed) {
    if (line._tag === 'Right') lines.push(line.right);
    if (lines.length === denied) {
      history.write('shop/till/PIN');
      ask();
    }
    if (lines.at(-1)?.seq === history.messages.length && lines.at(-1)?.outcome === 'allowed' && lines.length > denied) stop.abort();
  }
  const taken = lines.findIndex(({ outcome }) => outcome === 'withdrawn');
  t.like(lines[taken], { finding: 'judged anew', about: { from: forged } });
  t.like(lines[taken + 1], { seq: forged, outcome: 'skipped' });
  t.is(lines.at(-1)?.outcome, 'allowed');
});

test('following says when the stream became another one', async (t) => {
  const { history } = begun();
  let asked = 0;
  const info = () => async () => ({ _tag: 'Right', right: { created: 'a', first: 1, last: (asked += 1) === 1 ? 5 : 4, messages: 5, bytes: 1, time: 1 } }) as const;
  const lines = await linesOf({ ...history, log: { ...history.log, info } }, { follow: true });
  t.like(lines.at(-1), { finding: 'history changed', outcome: 'halted', seq: 5 });
});

test('a log that cannot be read ends the lines with a left', async (t) => {
  const { history } = begun();
  const why = { _tag: 'unavailable', stored: 'no', why: 'gone' } as const;
  const log = { ...history.log, at: (seq: number) => (seq < 3 ? history.log.at(seq) : async () => ({ _tag: 'Left', left: why }) as const) };
  await t.throwsAsync(linesOf({ ...history, log }, withKey), { message: 'gone' });
});
