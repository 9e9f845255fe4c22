/** Browsers and their keys, and tokens, as an admin looks after them from the command line. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import test, { type ExecutionContext } from 'ava';
import { fromBase64 } from '../../crypto/bytes.ts';
import { tokenDigest } from '../../crypto/credential.ts';
import { publicKeyFingerprint } from '../../crypto/fingerprint.ts';
import { hash } from '../../crypto/hash.ts';
import type { ListenerView } from '../../protocol/pages.ts';
import { adminCli, items, type Command } from '../../tests/support/admin-cli.ts';
import { idOf, keyPairOf } from '../../tests/support/names.ts';
import { eventually } from '../../tests/support/poll.ts';

const KEY = keyPairOf(1).publicKey;
const FINGERPRINT = publicKeyFingerprint(KEY);
const OTHER = publicKeyFingerprint(keyPairOf(2).publicKey);
const AT = 1_700_000_000_000;

/** The part of the service that keeps what browsers offer. */
const enrolments = async (t: ExecutionContext) => {
  const offered = new Map<string, object>();
  const server = createServer(({ url = '' }, response) => {
    const found = offered.get(url.slice('/enrolments/'.length));
    response.writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(found ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  return { offered, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
};

/** What the service says of itself over NATS: where it listens, if it does. */
const listening = (http: ListenerView | null) => () => ({
  result: {
    ...{ version: '1', now: AT, startedAt: AT, ready: true, why: '', replicas: [], models: { seq: 1, lag: 0, complete: true } },
    ...{ keys: [], stream: null, secrets: 0, services: 0, admins: [], http },
  },
});
const here = (url: string, more: Partial<ListenerView> = {}): ListenerView => ({ machine: hostname(), url, origins: [], ...more });
const commandsIn = (sent: ReadonlyArray<Command>) => sent.filter(({ operation }) => operation !== 'health.show');

/** What the browser does with the link: `codeFor` makes another code of it. */
const opening = async (t: ExecutionContext, words: ReadonlyArray<string>, codeFor = (code: string) => code) => {
  const { offered, url } = await enrolments(t);
  const cli = await adminCli(t, { 'health.show': listening(here(url)) });
  const { type, ended, stderr } = cli.start(['console', ...words], { terminals: words.includes('--enroll') ? ['stdin'] : [] });
  const code = await eventually(() => /enrol#(\S{43})/.exec(stderr())?.[1], 30_000, 'the link');
  const secret = fromBase64(codeFor(code));
  offered.set(hash(fromBase64(code)), { key: KEY, proof: hash(fromBase64(KEY), secret), label: 'Firefox on Linux', admin: null });
  return { ...cli, type, stderr, started: ended };
};

test('console signs in the key that was offered under its link', async (t) => {
  const { started, sent, stderr } = await opening(t, ['--no-open']);
  const from = Date.now();
  t.like(await started, { code: 0, stdout: `Firefox on Linux signs in as ada with the key ${FINGERPRINT}\n` });
  t.deepEqual(commandsIn(sent), [{ operation: 'admin.key.add', admin: 'ada', key: KEY, label: 'Firefox on Linux' }]);
  t.regex(stderr(), /^open this link in your browser; it works once, for ten minutes: http:\/\/127\.0\.0\.1:\d+\/console\/enrol#/);
  const until = /\nwaiting for the key of that browser until (\S+); Ctrl-C gives up, and then nothing is signed\n/.exec(stderr())?.[1] ?? '';
  t.true(Math.abs(Date.parse(until) - from - 600_000) < 60_000, until);
});

test('console signs nothing in that was offered without the code', async (t) => {
  const { started, sent } = await opening(t, [], (code) => `${code.startsWith('A') ? 'B' : 'A'}${code.slice(1)}`);
  const { code, stderr } = await started;
  t.is(code, 77);
  t.regex(stderr, /the key that was offered does not come from where the link was opened/);
  t.deepEqual(commandsIn(sent), []);
});

test('console --enroll has a person compare the fingerprint', async (t) => {
  for (const [answer, code, count] of [['y', 0, 1], ['n', 130, 0]] as const) {
    const { started, sent, stderr, type } = await opening(t, ['--enroll']);
    await eventually(() => (stderr().includes(`sign in "Firefox on Linux" with the key ${FINGERPRINT}? [y/N]`) ? true : undefined), 30_000, 'the question');
    type(`${answer}\n`);
    t.is((await started).code, code);
    t.is(commandsIn(sent).length, count);
  }
});

test('console goes where nobody can put in a page of theirs', async (t) => {
  const { jetlock, service, answers } = await adminCli(t);
  const refused = async (url: string, exit: number, why: RegExp) => {
    const { code, stderr } = await jetlock(`console --url ${url}`);
    t.is(code, exit, url);
    t.regex(stderr, why);
  };
  await refused('http://jetlock.example:8229', 65, /use https, or lead the port here/);
  await refused('ftp://127.0.0.1', 65, /not a URL of http/);
  await refused('nonsense', 65, /not a URL of http/);
  t.deepEqual(service.asked, []);
  answers['health.show'] = listening(here('http://127.0.0.1:9'));
  await refused('http://127.0.0.1:9', 69, /nobody answers at http:\/\/127\.0\.0\.1:9/);
});

test('console opens what the service names as its own, and nothing else without being told to', async (t) => {
  const OWN = 'http://127.0.0.1:9';
  const cases: ReadonlyArray<readonly [string, ListenerView | null, string, number, RegExp]> = [
    ['its own listener', here(OWN), '', 69, /nobody answers at http:\/\/127\.0\.0\.1:9/],
    ['another port', here(OWN), ' --url http://127.0.0.1:10', 77, /does not name http:\/\/127\.0\.0\.1:10 as its own: it listens at http:\/\/127\.0\.0\.1:9 on .*\n.*--http-origin http:\/\/127\.0\.0\.1:10; or.* --yes/s],
    ['a name for the same place', here(OWN), ' --url http://localhost:9', 77, /does not name/],
    ['another port, and told to', here(OWN), ' --url http://127.0.0.1:10 --yes', 69, /nobody answers at http:\/\/127\.0\.0\.1:10/],
    ['this port on another machine', here(OWN, { machine: 'elsewhere' }), '', 77, /does not name .* on elsewhere/],
    ['an origin that its operator gave', here(OWN, { machine: 'elsewhere', origins: ['http://127.0.0.1:11'] }), '', 69, /nobody answers at http:\/\/127\.0\.0\.1:11/],
    ['every address', here('http://0.0.0.0:9'), '', 78, /listens on every address .*\n.*--http-origin URL/s],
    ['plain http to another machine', here('http://192.0.2.1:9'), '', 65, /use https, or lead the port here/],
    ['nothing yet', null, '', 69, /does not listen for HTTP yet/],
  ];
  for (const [name, http, words, exit, why] of cases) {
    const { jetlock, sent } = await adminCli(t, { 'health.show': listening(http) });
    const { code, stderr } = await jetlock(`console${words}`);
    t.is(code, exit, `${name}: ${stderr}`);
    t.regex(stderr, why, name);
    t.deepEqual(commandsIn(sent), []);
  }
  const { start } = await adminCli(t, { 'health.show': listening(here(OWN)) });
  const { type, ended, stderr } = start(['console', '--url', 'http://127.0.0.1:10'], { terminals: ['stdin'] });
  await eventually(() => (stderr().includes('Open it all the same? [y/N]') ? true : undefined), 30_000, 'the question');
  type('n\n');
  t.is((await ended).code, 130);
});

test('token create prints the token once, and sends its digest', async (t) => {
  const { jetlock, sent } = await adminCli(t);
  const { code, stdout, stderr } = await jetlock('token create deploy --role writer --for 1d');
  t.is(code, 0);
  t.regex(stdout, /^jetlock_[A-Za-z0-9_-]{43}\n$/);
  t.regex(stderr, /^the token deploy \(writer\) ends at \S+; it is shown this once\n$/);
  const [{ digest, until, token, ...issued } = { operation: '' }] = sent;
  t.deepEqual(issued as object, { operation: 'token.issue', admin: 'ada', label: 'deploy', role: 'writer' });
  t.is(digest, tokenDigest(stdout.trim()));
  t.true(Math.abs(Number(until) - Date.now() - 86_400_000) < 60_000);
  const told = JSON.parse((await jetlock('token create other --role auditor --json')).stdout) as object;
  t.deepEqual(Object.keys(told), ['token', 'id', 'label', 'role', 'until']);
  t.not((told as { id: string }).id, token);
  t.is((await jetlock('token create deploy')).code, 64);
  t.is((await jetlock('token create Deploy --role writer')).code, 65);
});

const TOKEN = { token: idOf(1), label: 'deploy', role: 'writer', admin: 'bob', issuedAt: AT, issuedBy: null, until: AT + 1_000, expired: true };

test('token list and revoke go by what tokens are called', async (t) => {
  const { jetlock, sent } = await adminCli(t, { 'token.list': items(TOKEN) });
  t.regex((await jetlock('token list')).stdout, /\ndeploy {2}writer {2}bob {4}2023-11-14T22:13:20Z {2}2023-11-14T22:13:21Z \(ended\) {2}/);
  t.is((await jetlock('token revoke deploy')).stdout, 'the token deploy does not count any more\n');
  t.deepEqual(sent.at(-1), { operation: 'token.revoke', admin: 'bob', token: idOf(1) });
  t.is((await jetlock('token revoke other')).code, 66);
});

test('the keys of an admin are listed, and removed by their fingerprint; sessions are ended', async (t) => {
  const key = { key: KEY, fingerprint: FINGERPRINT, label: 'Firefox', addedAt: AT, addedBy: OTHER };
  const { jetlock, sent, start } = await adminCli(t, { 'admin.list': items({ admin: 'ada', role: 'admin', addedAt: AT, keys: [key] }) });
  t.regex((await jetlock('admin key list')).stdout, new RegExp(`\\n${FINGERPRINT} {2}Firefox {2}2023-11-14T22:13:20Z {2}${OTHER}\\n$`));
  t.regex((await jetlock('admin key list bob')).stderr, /no keys/);
  const { type, ended } = start(['admin', 'key', 'remove', 'ada', FINGERPRINT], { terminals: ['stdin'] });
  type('no\n');
  t.is((await ended).code, 130);
  t.is((await jetlock(`admin key remove ada ${FINGERPRINT}`)).stdout, `the key ${FINGERPRINT} of ada does not count any more\n`);
  t.deepEqual(sent.at(-1), { operation: 'admin.key.remove', admin: 'ada', key: KEY });
  t.is((await jetlock(`admin key remove bob ${FINGERPRINT}`)).code, 66);
  t.is((await jetlock('admin key remove ada xyz')).code, 65);
  t.is((await jetlock('admin logout ada')).stdout, 'the sessions of ada have ended; browsers with a key sign in again\n');
  t.deepEqual(sent.at(-1), { operation: 'admin.logout', admin: 'ada' });
});

test('a key is removed with all that came of it, which is shown first, and none but the key that was named', async (t) => {
  const signed = {
    key: KEY,
    keys: [{ admin: 'bob', key: keyPairOf(2).publicKey, fingerprint: OTHER, label: 'Firefox' }],
    tokens: [{ ...TOKEN, issuedBy: FINGERPRINT }],
    accessKeys: [{ namespace: 'prod/shop', key: idOf(2) }],
    total: 5,
  };
  const { jetlock, sent, start, answers } = await adminCli(t, { 'admin.key.signed': () => ({ result: signed }) });
  const { type, ended, stderr } = start(['admin', 'key', 'remove', 'ada', FINGERPRINT, '--with-all'], { terminals: ['stdin'] });
  await eventually(() => (stderr().includes('? [y/N]') ? true : undefined), 30_000, 'the question');
  type('no\n');
  t.is((await ended).code, 130);
  t.is(stderr(), `key ${OTHER} of bob, "Firefox"\nAPI token deploy of bob (writer, until 2023-11-14T22:13:21Z)\naccess key ${idOf(2)} of prod/shop\nand 2 more\nremove the key ${FINGERPRINT} of ada, and the 5 that came of it? [y/N] jetlock: stopped, nothing was changed\n`);
  t.deepEqual(sent, [{ operation: 'admin.key.signed', fingerprint: FINGERPRINT }]);
  const { stdout } = await jetlock(`admin key remove ada ${FINGERPRINT} --with-all --yes`);
  t.is(stdout, `the key ${FINGERPRINT} of ada, and all that came of it, do not count any more\n`);
  t.deepEqual(sent.at(-1), { operation: 'admin.key.remove-all', admin: 'ada', key: KEY });
  const before = sent.length;
  const others = { ...signed, key: keyPairOf(2).publicKey };
  answers['admin.key.signed'] = () => ({ result: others });
  t.is((await jetlock(`admin key remove ada ${FINGERPRINT} --with-all --yes`)).code, 66);
  answers['admin.list'] = items({ admin: 'ada', role: 'admin', addedAt: AT, keys: [{ key: others.key, fingerprint: FINGERPRINT, label: null, addedAt: AT, addedBy: null }] });
  t.is((await jetlock(`admin key remove ada ${FINGERPRINT} --yes`)).code, 66);
  t.true(sent.slice(before).every(({ operation }) => operation === 'admin.key.signed' || operation === 'admin.list'));
  answers['admin.key.signed'] = () => ({ refusal: 'not_found' });
  t.is((await jetlock(`admin key remove ada ${FINGERPRINT} --with-all`)).code, 66);
});
