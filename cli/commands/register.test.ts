import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { Fingerprint } from '../../events/vocabulary.ts';
import { requester } from '../../tests/support/requester.ts';

const HOME_FILE = 'home/.config/jetlock/services/billing.json';
const SECRET = /"(?:token|seed)":"([^"]+)"/;

test('register: makes a token in a private file, and tells the fingerprint and what an admin types', async (t) => {
  const { directory, jetlock } = await requester(t);
  const { code, stdout, stderr } = await jetlock('register billing');
  t.is(code, 0);
  const file = join(directory, HOME_FILE);
  const fingerprint = /^fingerprint {2}(.*)$/m.exec(stdout)?.[1] ?? '';
  t.true(Fingerprint.is(fingerprint));
  t.regex(stdout, /^status {7}pending_approval$/m);
  t.true(stdout.includes(file));
  t.is(stderr, `next: an admin compares the fingerprint, then types: jetlock service approve billing ${fingerprint}\n`);
  t.is((await stat(file)).mode & 0o777, 0o600);
  t.is((await stat(join(file, '..'))).mode & 0o777, 0o700);
  const [, secret = ''] = SECRET.exec(await readFile(file, 'utf8')) ?? [];
  t.true(secret.length > 40);
  t.false(`${stdout}${stderr}`.includes(secret));
});

test('register: again it uses the file that is there, and tells how it stands; exit 0 whatever that is', async (t) => {
  const { directory, jetlock, known } = await requester(t);
  const told = async (args: string) => JSON.parse((await jetlock(args)).stdout) as { status: string; fingerprint: string };
  const first = await told('register billing --json');
  const file = await readFile(join(directory, HOME_FILE));
  t.is(first.status, 'pending_approval');
  for (const status of ['approved', 'denied'] as const) {
    known.status = status;
    t.is((await jetlock('register billing')).code, 0);
    t.deepEqual(await told('register billing --json'), { ...first, status });
  }
  t.deepEqual(await readFile(join(directory, HOME_FILE)), file);
});

test('register: beside jetlock dev the identity is kept there, and where the user says it is', async (t) => {
  const { directory, jetlock, startDev } = await requester(t);
  await jetlock('register billing', { environment: { XDG_CONFIG_HOME: join(directory, 'xdg') } });
  await t.notThrowsAsync(stat(join(directory, 'xdg/jetlock/services/billing.json')));
  await jetlock('register billing --identity own.json');
  await t.notThrowsAsync(stat(join(directory, 'own.json')));
  await startDev();
  await jetlock('register billing');
  const made = await Promise.all(['xdg/jetlock/services/billing.json', 'own.json', '.jetlock/services/billing.json'].map((file) => readFile(join(directory, file), 'utf8')));
  t.is(new Set(made).size, 3);
});

test('register --key: a signing key signs, and no token is told; a token is not used in its place', async (t) => {
  const { jetlock, service } = await requester(t);
  t.is((await jetlock('register billing --key --service-version 1.2')).code, 0);
  t.is((await jetlock('register billing')).code, 0);
  t.deepEqual(service.seen.map(({ request }) => request.credential.kind), ['key', 'key']);
  t.is((JSON.parse(service.seen[0]!.request.body) as { serviceVersion: string }).serviceVersion, '1.2');
  await jetlock('register shop');
  const { code, stderr } = await jetlock('register shop --key');
  t.is(code, 78);
  t.regex(stderr, /there is a token in .*shop\.json already\nhint: /);
});

for (const [what, args, code] of [
  ['a bad name', 'register Bad!Name', 65],
  ['a bad version', 'register billing --service-version a\u00e4b', 65],
  ['a signing key that is none', 'register billing --signing-key abc', 78],
] as const) {
  test(`register: ${what} is refused, unrepeated, before anything is sent`, async (t) => {
    const { jetlock, service } = await requester(t);
    const result = await jetlock(args);
    t.is(result.code, code);
    t.regex(result.stderr, /^jetlock: .+\nhint: .+\n$/);
    for (const word of ['Bad!Name', 'a\u00e4b', 'abc']) t.false(result.stderr.includes(` ${word}`));
    t.deepEqual(service.asked, []);
  });
}

test('register: a service that is not known is trusted only by flag, which names its key; another key than the pinned one never', async (t) => {
  const { jetlock, service } = await requester(t);
  const unpinned = { environment: { JETLOCK_SIGNING_KEY: undefined } };
  const refused = await jetlock('register billing', unpinned);
  t.is(refused.code, 78);
  t.regex(refused.stderr, /hint: .*--signing-key/);
  t.deepEqual(service.asked, []);
  const trusting = await jetlock('register billing --trust-first-use', unpinned);
  t.is(trusting.code, 0);
  t.true(trusting.stderr.includes(`--signing-key ${service.signer.publicKey}`));
  const other = await jetlock(`register billing --trust-first-use --signing-key ${'A'.repeat(43)}`);
  t.is(other.code, 78);
  t.is(service.seen.length, 1);
});

test("register: another service's identity, one that others can read, or a broken one is not used", async (t) => {
  const { directory, jetlock, service } = await requester(t);
  await jetlock('register billing --identity own.json');
  t.regex((await jetlock('register shop --identity own.json')).stderr, /identity of another service/);
  await writeFile(join(directory, 'open.json'), '{"v":1}', { mode: 0o644 });
  t.regex((await jetlock('register billing --identity open.json')).stderr, /hint: chmod 600/);
  await writeFile(join(directory, 'broken.json'), '{"token":"hunter2"}', { mode: 0o600 });
  const broken = await jetlock('register billing --identity broken.json');
  t.is(broken.code, 78);
  t.false(broken.stderr.includes('hunter2'));
  t.is(service.seen.length, 1);
});
