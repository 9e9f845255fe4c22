import { generateKeyPairSync } from 'node:crypto';
import test from 'ava';
import { credentialFingerprint } from '../../crypto/fingerprint.ts';
import { PENDING_MS } from '../../events/world.ts';
import { adminCli, done, items } from '../../tests/support/admin-cli.ts';
import { fingerprintOf, keyPairOf } from '../../tests/support/names.ts';

const [F1, F2, F3] = [fingerprintOf(1), fingerprintOf(2), fingerprintOf(3)];
const KEY = keyPairOf(1).publicKey;

const credential = (fingerprint: string, status: string, more: object = {}) => ({
  fingerprint,
  kind: 'token',
  status,
  registeredAt: Date.now() - 60_000,
  decidedAt: null,
  decidedBy: null,
  client: { name: 'shop', version: '1.4.2' },
  seq: 11,
  ...more,
});
const service = (...credentials: ReadonlyArray<unknown>) => items({ service: 'shop', credentials, seq: 12, reads: { allowed: 0, refused: 0, lastAllowedAt: null, lastRefusedAt: null }, grants: 0 });

test('service approve: the only pending one is approved as it was seen, and its fingerprint told', async (t) => {
  const { jetlock, sent } = await adminCli(t, { 'service.list': service(credential(F1, 'denied'), credential(F2, 'pending', { seq: 21 })) });
  t.deepEqual(await jetlock('service approve shop'), { code: 0, stdout: `shop ${F2} is approved\n`, stderr: '' });
  t.like(sent[0], { operation: 'service.list', service: 'shop' });
  t.deepEqual(sent.slice(1) as unknown, [
    { operation: 'service.approve', service: 'shop', fingerprint: F2, seen: 21 },
  ]);
  t.deepEqual(JSON.parse((await jetlock('service approve shop --json')).stdout), { service: 'shop', fingerprint: F2, changed: true, seq: 7, version: 1, note: null });
});

test('service approve: several pending ones and none named are refused, and listed', async (t) => {
  const { jetlock, sent } = await adminCli(t, { 'service.list': service(credential(F1, 'pending'), credential(F2, 'pending'), credential(F3, 'approved')) });
  const { code, stdout, stderr } = await jetlock('service approve shop --json');
  t.is(code, 65);
  const { error } = JSON.parse(stdout) as { error: { code: string; details: ReadonlyArray<string> } };
  t.is(error.code, 'ambiguous');
  t.deepEqual(error.details.map((line) => line.split(' ')[0]), [F1, F2] as string[]);
  t.true(stderr.includes(F1) && stderr.includes(F2) && !stderr.includes(F3));
  t.deepEqual(sent.map(({ operation }) => operation), ['service.list']);
});

test('service approve: a credential may be named by its beginning, in capitals too', async (t) => {
  const { jetlock, sent } = await adminCli(t, { 'service.list': service(credential(F1, 'pending'), credential(F2, 'pending')) });
  t.is((await jetlock(`service approve shop ${F2.slice(0, 7).toUpperCase()}`)).code, 0);
  t.is(sent[1]?.['fingerprint'], F2);
});

test('service approve: a beginning that several share is refused', async (t) => {
  const [a, b] = ['aaaaa-bbbb-bbbb-bbbb-bbbb-bbbbb', 'aaaaa-cccc-cccc-cccc-cccc-ccccc'];
  const { jetlock } = await adminCli(t, { 'service.list': service(credential(a, 'pending'), credential(b, 'pending')) });
  t.is((await jetlock('service approve shop aaaaa')).code, 65);
  t.is((await jetlock('service approve shop aaaaa-c')).code, 0);
});

for (const [what, words, code, known] of [
  ['a service that is not there', 'service approve other', 66, []],
  ['a fingerprint that is not there', 'service approve shop zzzzz', 66, [credential(F1, 'pending')]],
  ['an empty fingerprint', 'service approve shop ', 66, [credential(F1, 'pending')]],
  ['no pending one', 'service approve shop', 65, [credential(F1, 'approved')]],
  ['one that is denied', `service approve shop ${F1}`, 65, [credential(F1, 'denied')]],
  ['one that has expired', 'service approve shop', 65, [credential(F1, 'pending', { registeredAt: Date.now() - PENDING_MS })]],
  ['a pending one to revoke', `service revoke shop ${F1}`, 65, [credential(F1, 'pending')]],
  ['a name that is none', 'service approve Shop_1', 65, []],
] as const) {
  test(`service decisions: ${what} is ${code}, nothing decided`, async (t) => {
    const { jetlock, sent } = await adminCli(t, { 'service.list': service(...known) });
    t.is((await jetlock(words)).code, code);
    t.true(sent.every(({ operation }) => operation === 'service.list'));
  });
}

test('service deny is for pending ones, revoke for approved ones', async (t) => {
  const { jetlock, sent } = await adminCli(t, { 'service.list': service(credential(F1, 'approved'), credential(F2, 'pending')) });
  t.is((await jetlock('service deny shop')).stdout, `shop ${F2} is denied\n`);
  t.is((await jetlock('service revoke shop')).stdout, `shop ${F1} is revoked\n`);
  t.deepEqual(sent.filter(({ operation }) => operation !== 'service.list').map(({ operation }) => operation), ['service.deny', 'service.revoke']);
});

test('what has changed since it was looked at is refused', async (t) => {
  const { jetlock } = await adminCli(t, { 'service.list': service(credential(F1, 'pending')), 'service.approve': () => ({ refusal: 'changed' }) });
  const { code, stdout } = await jetlock('service approve shop --json');
  t.is(code, 65);
  t.like(JSON.parse(stdout), { error: { code: 'changed' } });
});

test('service list has a row for each credential', async (t) => {
  const { jetlock } = await adminCli(t, {
    'service.list': service(credential(F1, 'approved', { registeredAt: 1_700_000_000_000, decidedBy: 'ada' }), credential(F2, 'pending', { kind: 'key', client: null, registeredAt: 1_700_000_000_000 })),
  });
  t.is(
    (await jetlock('service list')).stdout,
    [
      'SERVICE  FINGERPRINT                      KIND   STATUS    REGISTERED            DECIDED BY  CLIENT',
      `shop     ${F1}  token  approved  2023-11-14T22:13:20Z  ada         shop 1.4.2`,
      `shop     ${F2}  key    pending   2023-11-14T22:13:20Z`,
      '',
    ].join('\n'),
  );
});

test('service add signs the fingerprint of the key', async (t) => {
  const { jetlock, sent } = await adminCli(t);
  const fingerprint = credentialFingerprint('key', KEY);
  t.is((await jetlock(`service add shop --public-key ${KEY}`)).stdout, `shop ${fingerprint} is approved\n`);
  t.deepEqual(sent as unknown, [{ operation: 'service.add', service: 'shop', key: KEY, fingerprint }]);
  const bad = await jetlock('service add shop --public-key canary');
  t.is(bad.code, 65);
  t.false(bad.stderr.includes('canary'));
  t.regex(bad.stderr, /^jetlock: that is not a public key: it has 32 bytes/);
  t.is((await jetlock('service add shop')).code, 64);
});

const raw = (n: number) => Buffer.from(keyPairOf(n).publicKey, 'base64url').toString('base64');

test('service import: keys in every writing, capitals told', async (t) => {
  const { publicKey } = generateKeyPairSync('ed25519');
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const { jetlock, file, sent } = await adminCli(t, { 'service.add': ({ service: name }) => done(null, name !== 'four') });
  const block = (text: string) => text.trim().split('\n').map((line) => `    ${line}`).join('\n');
  await file(
    'services.yaml',
    [
      `- name: one\n  publicKey: ${KEY}`,
      `- name: Two\n  keypub: |\n${block(`-----BEGIN ED25519 PUBLIC KEY-----\n${raw(2)}\n-----END ED25519 PUBLIC KEY-----`)}`,
      `- {name: three, keypub: "${raw(3)}"}`,
      `- name: four\n  keypub: |\n${block(pem)}`,
    ].join('\n'),
  );
  const { code, stdout, stderr } = await jetlock('service import services.yaml --json');
  t.is(code, 0);
  t.deepEqual(JSON.parse(stdout), { added: 3, unchanged: 1, failed: [] });
  t.is(stderr, 'Two becomes two: names of services have no capitals\n');
  t.deepEqual(sent.map((command) => [command['service'], command['key']]), [
    ['one', KEY],
    ['two', keyPairOf(2).publicKey],
    ['three', keyPairOf(3).publicKey],
    ['four', publicKey.export({ format: 'jwk' }).x],
  ]);
});

test('service import: all bad entries are told at once, and nothing is sent', async (t) => {
  const { jetlock, file, sent } = await adminCli(t);
  await file('services.yaml', `- {name: one, keypub: ${KEY}}\n- {name: a_b, keypub: ${KEY}}\n- {name: two}\n- {name: ONE, keypub: ${KEY}}\n- {name: three, keypub: canary}\n- 7\n`);
  const { code, stdout, stderr } = await jetlock('service import services.yaml --json');
  t.deepEqual([code, sent], [65, []]);
  const { error } = JSON.parse(stdout) as { error: { code: string; details: ReadonlyArray<string> } };
  t.is(error.code, 'bad_entries');
  t.deepEqual(error.details.map((line) => line.slice(0, 7)), ['entry 2', 'entry 3', 'entry 4', 'entry 5', 'entry 6']);
  t.false(`${stdout}${stderr}`.includes('canary'));
});
