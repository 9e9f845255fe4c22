import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { fromBase64 } from '../../crypto/bytes.ts';
import { valueDigest } from '../../crypto/hash.ts';
import type { Enclosed } from '../../protocol/wire.ts';
import { adminCli, done, items } from '../../tests/support/admin-cli.ts';
import { idOf, keyPairOf } from '../../tests/support/names.ts';

const MARKER = 'canary-7f2b91';
const valueOf = (enclosed: Enclosed | null) => Buffer.from(fromBase64(enclosed?.value ?? '')).toString();

const view = (path: string, more: object = {}) => ({
  path,
  status: 'live',
  description: 'the key',
  version: 2,
  checks: [],
  history: [
    { version: 1, at: 1_700_000_000_000, by: 'ada', rollbackOf: null, deleted: false, seq: 3 },
    { version: 2, at: 1_700_000_060_000, by: null, rollbackOf: 1, deleted: true, seq: 4 },
  ],
  askedBy: null,
  createdAt: 1_700_000_000_000,
  updatedAt: 1_700_000_060_000,
  updatedBy: 'ada',
  seq: 4,
  ...more,
});
const access = (service: string, target: string, more: object = {}) => ({
  service,
  target,
  status: 'granted',
  until: null,
  once: false,
  offline: null,
  spent: false,
  description: null,
  format: null,
  pattern: null,
  reason: null,
  requestedAt: null,
  decidedAt: 1_700_000_000_000,
  decidedBy: 'ada',
  seq: 5,
  ...more,
});

test('secret set: what is piped is kept byte for byte, signed as a digest, and told nowhere', async (t) => {
  const written: Array<Enclosed | null> = [];
  const { jetlock, sent } = await adminCli(t, { 'secret.write': (_, enclosed) => (written.push(enclosed), done(3)) });
  const { code, stdout, stderr } = await jetlock('secret set prod/shop/X --description words', { stdin: `${MARKER}\n\n` });
  t.deepEqual([code, stdout, stderr], [0, 'prod/shop/X is at version 3\n', '']);
  t.is(valueOf(written[0] ?? null), `${MARKER}\n\n`);
  t.like(sent[0], { path: 'prod/shop/X', description: 'words', ifVersion: null });
  const salt = fromBase64(written[0]?.salt ?? '');
  t.is(sent[0]?.['digest'], valueDigest(salt, Buffer.from(`${MARKER}\n\n`)));
});

test('secret set: one line with its end is written as it is, and that is said', async (t) => {
  const written: string[] = [];
  const { jetlock } = await adminCli(t, { 'secret.write': (_, enclosed) => (written.push(valueOf(enclosed)), done(3)) });
  const { stdout, stderr } = await jetlock('secret set prod/shop/X', { stdin: `${MARKER}\n` });
  t.deepEqual([written, stdout], [[`${MARKER}\n`], 'prod/shop/X is at version 3\n']);
  t.is(stderr, 'note: the newline at the end is part of the value; printf %s sends none\n');
});

test('secret set: nothing at all, as of a command that failed before a pipe, is not written', async (t) => {
  const { jetlock, sent } = await adminCli(t);
  t.like(await jetlock('secret set prod/shop/X', { stdin: '' }), { code: 65, stdout: '' });
  t.deepEqual(sent, []);
});

test('secret set: on a terminal nothing is added to what is typed', async (t) => {
  const written: string[] = [];
  const { start } = await adminCli(t, { 'secret.write': (_, enclosed) => (written.push(valueOf(enclosed)), done(3, false)) });
  const { type, ended } = start(['secret', 'set', 'prod/shop/X'], { terminals: ['stdin', 'stdout'] });
  type(`${MARKER}\r`);
  const { stdout, stderr } = await ended;
  t.deepEqual(written, [MARKER]);
  t.is(stdout, 'prod/shop/X is unchanged at version 3\n');
  t.false(`${stdout}${stderr}`.includes(MARKER));
});

test('secret set --json is the reply, with the path; --if-version names what may be replaced', async (t) => {
  const { jetlock, sent, answers } = await adminCli(t, { 'secret.write': () => done(1) });
  const { stdout } = await jetlock('secret set prod/shop/X --if-version 0 --json', { stdin: MARKER });
  t.deepEqual(JSON.parse(stdout), { path: 'prod/shop/X', changed: true, seq: 7, version: 1, note: null });
  t.is(sent[0]?.['ifVersion'], 0);
  answers['secret.write'] = () => ({ refusal: 'conflict' });
  const refused = await jetlock('secret set prod/shop/X --if-version 1 --json', { stdin: MARKER });
  t.is(refused.code, 65);
  t.like(JSON.parse(refused.stdout), { error: { exit: 65, code: 'conflict' } });
  t.false(`${refused.stdout}${refused.stderr}`.includes(MARKER));
});

for (const [what, words] of [
  ['a path that climbs', `secret set ../${MARKER}`],
  ['a namespace alone', `secret set ${MARKER}`],
  ['a path with a wildcard', `secret show prod/${MARKER}*`],
  ['a version that is none', `secret rollback prod/X ${MARKER}`],
  ['version 0', 'secret rollback prod/X 0'],
  ['a signed version', 'secret rollback prod/X +1'],
  ['an if-version that is none', `secret set prod/X --if-version ${MARKER}`],
  ['a prefix that is none', `secret list /${MARKER}`],
  ['a path where a namespace belongs', `namespace create prod/shop/${MARKER}/`],
] as const) {
  test(`${what}: 65, nothing sent, nothing repeated`, async (t) => {
    const { jetlock, sent } = await adminCli(t);
    const { code, stdout, stderr } = await jetlock(words, { stdin: 'value' });
    t.deepEqual([code, stdout, sent], [65, '', []]);
    t.regex(stderr, /^jetlock: that is (?:not|no).*\nhint: .*\n$/);
    t.false(stderr.includes(MARKER));
  });
}

test('a value over 64 KiB is refused before anything is sent', async (t) => {
  const { jetlock, sent } = await adminCli(t);
  t.is((await jetlock('secret set prod/X', { stdin: new Uint8Array(65_537) })).code, 65);
  t.deepEqual(sent, []);
});

const item = (({ history: _history, checks: _checks, ...said }) => ({ ...said, mismatch: false }))(view('prod/shop/A'));

test('secret list takes a prefix with or without its slash, and all pages', async (t) => {
  const pages: Record<string, unknown> = { null: { items: [item], next: 'more', total: 2 }, more: { items: [{ ...item, path: 'prod/shop/B' }], next: null, total: 2 } };
  const { jetlock, sent } = await adminCli(t, { 'secret.list': ({ after }) => ({ result: pages[after as string] }) });
  const { stdout } = await jetlock('secret list prod/shop');
  t.is(
    stdout,
    'PATH         STATUS  VERSION  UPDATED               BY   DESCRIPTION\nprod/shop/A  live    2        2023-11-14T22:14:20Z  ada  the key\nprod/shop/B  live    2        2023-11-14T22:14:20Z  ada  the key\n',
  );
  t.deepEqual(JSON.parse((await jetlock('secret list prod/shop/ --json')).stdout), { items: [item, { ...item, path: 'prod/shop/B' }] });
  await jetlock('secret list');
  t.deepEqual(sent.map(({ prefix, after }) => [prefix, after]), ['prod/shop/', 'prod/shop/', null].flatMap((prefix) => [[prefix, null], [prefix, 'more']]));
});

test('an empty list is a sentence for people and a document for programs', async (t) => {
  const { jetlock } = await adminCli(t, { 'secret.list': items() });
  t.deepEqual(await jetlock('secret list'), { code: 0, stdout: '', stderr: 'no secrets\n' });
  t.is((await jetlock('secret list prod/shop/DB')).stderr, 'no secrets below prod/shop/DB/\n');
  t.deepEqual(await jetlock('secret list --json'), { code: 0, stdout: '{"items":[]}\n', stderr: '' });
});

test('secret show tells who can read it, by path or prefix, who did, and who runs which version', async (t) => {
  const usage = { service: 'shop', path: 'prod/shop/A', allowed: 4, refused: 1, lastAllowedAt: 1_700_000_000_000, lastRefusedAt: null, seq: 9 };
  const processes = [1, 2, 1].map((version, n) => ({ instance: idOf(n), version, at: 1_700_000_000_000 + n * 60_000, client: { name: 'web', version: '3' } }));
  const rollout = { service: 'shop', path: 'prod/shop/A', processes, offlineUses: 7, lastOfflineUse: 1_700_000_000_000, seq: 9, unheard: 2 };
  const { jetlock } = await adminCli(t, {
    'secret.show': () => ({ result: { secret: view('prod/shop/A'), usage: [usage], rollout: [rollout], access: [access('shop', 'prod/shop/A', { until: 1_700_000_000_000 }), access('api', 'prod/')], more: false } }),
  });
  const { stdout } = await jetlock('secret show prod/shop/A');
  t.regex(stdout, /^status: live$/m);
  t.regex(stdout, /^shop +granted, until 2023-11-14T22:13:20Z +prod\/shop\/A$/m);
  t.regex(stdout, /^api +granted +prod\/$/m);
  t.regex(stdout, /^shop +4 +2023-11-14T22:13:20Z +1$/m);
  t.regex(stdout, /^shop +2 +1 +2023-11-14T22:14:20Z +2023-11-14T22:14:20Z +web 3\nshop +1 +2 +2023-11-14T22:13:20Z +2023-11-14T22:15:20Z +web 3$/m);
  t.regex(stdout, /^shop +7 +2023-11-14T22:13:20Z$/m);
  t.regex(stdout, /^shop: 2 more not heard of for 21 days$/m);
  const document = JSON.parse((await jetlock('secret show prod/shop/A --json')).stdout) as { access: unknown[] };
  t.like(document, { secret: view('prod/shop/A'), usage: [usage] });
  t.is(document.access.length, 2);
});

test('secret history tells which versions came from others, and which are gone', async (t) => {
  const { jetlock } = await adminCli(t, { 'secret.show': () => ({ result: { secret: view('prod/shop/A'), usage: [], rollout: [], access: [], more: false } }) });
  const { stdout } = await jetlock('secret history prod/shop/A');
  t.is(stdout, 'VERSION  AT                    BY   REMARK\n1        2023-11-14T22:13:20Z  ada\n2        2023-11-14T22:14:20Z       value of version 1, deleted\n');
});

test('what is not there is 66', async (t) => {
  const { jetlock } = await adminCli(t, { 'secret.show': () => ({ refusal: 'not_found' }), 'secret.disable': () => ({ refusal: 'not_found' }) });
  for (const words of ['secret show prod/A', 'secret history prod/A', 'secret disable prod/A']) t.is((await jetlock(words)).code, 66);
});

test('describe, rollback, disable and enable say what is so now', async (t) => {
  const { start, jetlock, sent } = await adminCli(t, { 'secret.rollback': () => done(5), 'secret.enable': () => done(null, false) });
  t.is((await start(['secret', 'describe', 'prod/A', 'two words']).ended).stdout, 'prod/A is described\n');
  t.is((await jetlock('secret rollback prod/A 2')).stdout, 'prod/A is at version 5\n');
  t.is((await jetlock('secret disable prod/A')).stdout, 'prod/A is disabled\n');
  t.is((await jetlock('secret enable prod/A')).stdout, 'unchanged: prod/A is enabled\n');
  t.deepEqual(sent, [
    { operation: 'secret.describe', path: 'prod/A', description: 'two words' },
    { operation: 'secret.rollback', path: 'prod/A', version: 2 },
    { operation: 'secret.disable', path: 'prod/A' },
    { operation: 'secret.enable', path: 'prod/A' },
  ] as never);
});

test('secret delete: a script is not asked; what the service adds goes to stderr', async (t) => {
  const { jetlock, sent } = await adminCli(t, { 'secret.delete': () => done(null, true, 'copies stay readable') });
  t.deepEqual(await jetlock('secret delete prod/A'), { code: 0, stdout: 'prod/A is deleted\n', stderr: 'note: copies stay readable\n' });
  t.deepEqual(sent.map(({ operation }) => operation), ['secret.delete']);
});

test('secret delete: on a terminal only a yes goes on', async (t) => {
  const { start, sent } = await adminCli(t);
  const { type, ended } = start(['secret', 'delete', 'prod/A'], { terminals: ['stdin'] });
  type('n\n');
  t.is((await ended).code, 130);
  t.deepEqual(sent, []);
  t.is((await start(['secret', 'delete', 'prod/A', '--yes'], { terminals: ['stdin'] }).ended).code, 0);
});

test('secret delete --now deletes, then rotates; a rotation that fails is told with what was done', async (t) => {
  const { jetlock, sent, answers } = await adminCli(t, {
    'secret.delete': () => done(null, true, 'overtaken'),
    'key.rotate': () => done(null, true, 'set a new operator key'),
  });
  const { code, stdout, stderr } = await jetlock('secret delete prod/A --now');
  t.deepEqual([code, stdout, stderr], [0, 'prod/A is deleted\n', 'note: set a new operator key\n']);
  t.deepEqual(sent.map(({ operation }) => operation), ['secret.delete', 'key.rotate']);
  answers['key.rotate'] = () => ({ refusal: 'role' });
  const half = await jetlock('secret delete prod/A --now');
  t.is(half.code, 77);
  t.is(half.stderr, 'jetlock: prod/A is deleted, but the keys were not replaced: this key may not do that\nhint: jetlock key rotate\n');
});

test('a service with another signing key gets nothing', async (t) => {
  const { jetlock, sent, identity, directory } = await adminCli(t);
  const file = JSON.parse(await readFile(identity, 'utf8')) as object;
  await writeFile(join(directory, 'other.json'), JSON.stringify({ ...file, servicePublicKey: keyPairOf(1).publicKey }), { mode: 0o600 });
  const { code, stderr } = await jetlock('secret set prod/A --identity other.json', { stdin: MARKER });
  t.deepEqual([code, sent], [78, []]);
  t.false(stderr.includes(MARKER));
});

test('a service that is away is 69', async (t) => {
  const { jetlock, service } = await adminCli(t);
  service.script.arrives = () => ({ _tag: 'unavailable', why: 'nobody answers', hint: 'start it', delivered: 'no' });
  const { code, stdout } = await jetlock('secret list --json');
  t.is(code, 69);
  t.like(JSON.parse(stdout), { error: { exit: 69, code: 'unavailable' } });
});
