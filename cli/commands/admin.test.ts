import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { readAdminIdentity } from '../../client/credential.ts';
import { tokenDigest } from '../../crypto/credential.ts';
import { publicKeyFingerprint } from '../../crypto/fingerprint.ts';
import { adminCli, done, items } from '../../tests/support/admin-cli.ts';
import { digestOf, fingerprintOf, idOf, keyPairOf } from '../../tests/support/names.ts';

const F1 = fingerprintOf(1);
const KEY = keyPairOf(1).publicKey;
const AT = 1_700_000_000_000;

const CREDENTIALS = [{ fingerprint: F1, client: { name: 'shop', version: '1.4.2' } }];
const CARDS = [
  { kind: 'credential', service: 'shop', since: AT, seq: 1, fingerprint: F1, client: { name: 'shop', version: '1.4.2' }, asked: null },
  { kind: 'access', service: 'shop', since: AT, seq: 2, asked: 1, credentials: CREDENTIALS, target: 'prod/shop/A', description: 'to send mail', format: 'uri', pattern: null },
  { kind: 'missing', service: 'shop', since: AT, seq: 3, asked: 2, credentials: CREDENTIALS, others: 1, path: 'prod/shop/B', description: null, format: null, pattern: null },
  { kind: 'mismatch', service: 'shop', since: AT, seq: 4, asked: null, path: 'prod/shop/C', version: 2, checks: [{ service: 'shop', kind: 'pattern', wanted: '^sk_', fits: false }] },
];

test('inbox: each thing that waits comes with what to type next', async (t) => {
  const { jetlock } = await adminCli(t, { 'inbox.list': items(...CARDS) });
  t.is(
    (await jetlock('inbox')).stdout,
    [
      'WAITS FOR       SERVICE  SINCE                 DESCRIPTION                                                           NEXT',
      `new credential  shop     2023-11-14T22:13:20Z  shop 1.4.2                                                            jetlock service approve shop ${F1}`,
      'access          shop     2023-11-14T22:13:20Z  to send mail, format uri                                              jetlock access grant shop prod/shop/A',
      'no value        shop     2023-11-14T22:13:20Z                                                                        jetlock secret set prod/shop/B',
      'another value   shop     2023-11-14T22:13:20Z  version 2 does not match the pattern ^sk_ that service shop asks for  jetlock secret set prod/shop/C',
      '',
    ].join('\n'),
  );
  const { items: cards } = JSON.parse((await jetlock('inbox --json')).stdout) as { items: Array<{ next: string[] }> };
  t.deepEqual(cards as unknown, CARDS.map((card, at) => ({ ...card, next: cards[at]?.next })));
  t.deepEqual(cards.map(({ next }) => next), [
    [`jetlock service approve shop ${F1}`, `jetlock service deny shop ${F1}`],
    ['jetlock access grant shop prod/shop/A', 'jetlock access deny shop prod/shop/A'],
    ['jetlock secret set prod/shop/B'],
    ['jetlock secret set prod/shop/C'],
  ]);
});

test('inbox: every next command can be typed as it stands', async (t) => {
  const { start, answers } = await adminCli(t, {
    'inbox.list': items(...CARDS),
    'access.list': items(),
    'service.list': items({ service: 'shop', credentials: [{ fingerprint: F1, kind: 'token', status: 'pending', registeredAt: Date.now(), decidedAt: null, decidedBy: null, client: null, seq: 1 }], seq: 1, reads: { allowed: 0, refused: 0, lastAllowedAt: null, lastRefusedAt: null }, grants: 0 }),
  });
  answers['secret.write'] = () => done(1);
  const { items: cards } = JSON.parse((await start(['inbox', '--json']).ended).stdout) as { items: Array<{ next: string[] }> };
  const commands = cards.flatMap(({ next }) => next);
  for (const command of commands) t.is((await start(command.split(' ').slice(1), { directory: '/nowhere', stdin: 'v' }).ended).code, 0, command);
  t.is(commands.length, 6);
});

test('admin add names key and role, and tells the fingerprint', async (t) => {
  const { jetlock, sent } = await adminCli(t);
  const fingerprint = publicKeyFingerprint(KEY);
  t.is((await jetlock(`admin add bob --public-key ${KEY} --role approver`)).stdout, `bob is approver with the key ${fingerprint}\n`);
  t.deepEqual(sent as unknown, [{ operation: 'admin.add', admin: 'bob', key: KEY, role: 'approver' }]);
  t.is((await jetlock(`admin add bob --public-key ${KEY} --role king`)).code, 64);
});

test('admin remove asks a person, and says why the last one stays', async (t) => {
  const { start, jetlock, sent } = await adminCli(t, { 'admin.remove': () => ({ refusal: 'last_admin' }) });
  const { type, ended } = start(['admin', 'remove', 'ada'], { terminals: ['stdin'] });
  type('no\n');
  t.is((await ended).code, 130);
  t.deepEqual(sent, []);
  const { code, stderr } = await jetlock('admin remove ada');
  t.is(code, 65);
  t.regex(stderr, /the last admin cannot be removed/);
});

test('admin list has a row for each key', async (t) => {
  const { jetlock } = await adminCli(t, { 'admin.list': items({ admin: 'ada', role: 'admin', addedAt: AT, keys: [{ key: KEY, fingerprint: F1, label: null, addedAt: AT, addedBy: null }] }) });
  const lines = (await jetlock('admin list')).stdout.split('\n');
  t.is(lines[1], `ada    admin  ${F1}  ${KEY}  2023-11-14T22:13:20Z`);
});

test('admin key new: a private file for the same installation, its secret told nowhere, nothing sent', async (t) => {
  const { jetlock, directory, identity, service } = await adminCli(t);
  const { code, stdout, stderr } = await jetlock('admin key new --admin bob --json');
  const told = JSON.parse(stdout) as { publicKey: string; fingerprint: string; file: string; next: string };
  t.is(code, 0);
  t.is(told.file, join(directory, 'bob.admin.json'));
  t.is((await stat(told.file)).mode & 0o777, 0o600);
  const [made, own] = [readAdminIdentity(told.file), readAdminIdentity(identity)];
  if (made._tag === 'Left' || own._tag === 'Left') return t.fail();
  t.deepEqual([made.right.admin as string, made.right.keyring, made.right.servicePublicKey], ['bob', service.keyring, service.signer.publicKey]);
  t.not(made.right.publicKey, own.right.publicKey);
  t.is(told.publicKey, made.right.publicKey);
  t.is(told.fingerprint, publicKeyFingerprint(made.right.publicKey));
  t.is(told.next, `jetlock admin add bob --public-key=${told.publicKey} --role ROLE`);
  const { seed } = JSON.parse(await readFile(told.file, 'utf8')) as { seed: string };
  t.false(`${stdout}${stderr}`.includes(seed));
  t.deepEqual(service.asked, []);
});

test('admin key new: a file that is there stays, and the own name is taken where none is given', async (t) => {
  const { jetlock, directory } = await adminCli(t);
  t.regex((await jetlock('admin key new --out keys/second.json')).stdout, /types: jetlock admin add ada /);
  const before = await readFile(join(directory, 'keys/second.json'), 'utf8');
  t.is((await jetlock('admin key new --out keys/second.json')).code, 78);
  t.is(await readFile(join(directory, 'keys/second.json'), 'utf8'), before);
  t.deepEqual(await readdir(join(directory, 'keys')), ['second.json']);
});

test('what another role may do is 77', async (t) => {
  const { jetlock } = await adminCli(t, { 'key.rotate': () => ({ refusal: 'role' }), 'admin.list': () => ({ refusal: 'signature' }) });
  t.is((await jetlock('key rotate')).code, 77);
  t.is((await jetlock('admin list')).code, 77);
});

test('without an identity nothing is asked of anyone', async (t) => {
  const { jetlock, service } = await adminCli(t);
  const { code, stderr } = await jetlock('inbox', { environment: {} });
  t.is(code, 64);
  t.regex(stderr, /^jetlock: --identity is missing\nhint: .*JETLOCK_IDENTITY\n$/);
  t.is((await jetlock('inbox --identity none.json')).code, 78);
  t.deepEqual(service.asked, []);
});

const signingKey = { id: idOf(1), purpose: 'signing', current: true, retired: false, addedAt: AT, public: KEY };
const keyStatus = (changed: object = {}) => ({
  result: {
    ...{ operatorKey: F1, operatorKeySince: Date.now(), operatorKeyRetired: false, rotatedBy: 'service', otherDirectories: 0 },
    keys: [signingKey, { ...signingKey, id: idOf(2), current: false, public: null }],
    ...changed,
  },
});

test('key status lists keys and their ages, and says what is left to do about the operator key', async (t) => {
  const { jetlock, answers } = await adminCli(t, { 'key.status': () => keyStatus() });
  const { stdout } = await jetlock('key status');
  t.regex(stdout, new RegExp(`^operator key: ${F1}, 0d old, replaced by the service\\nkey `, 'i'));
  t.regex(stdout, new RegExp(`^${idOf(1)} +signing +current +2023-11-14T22:13:20Z +\\d+d +${KEY}$`, 'm'));
  t.regex(stdout, new RegExp(`^${idOf(2)} +signing +kept +2023-11-14T22:13:20Z +\\d+d$`, 'm'));
  const told = async (changed: object) => {
    answers['key.status'] = () => keyStatus(changed);
    return (await jetlock('key status')).stdout;
  };
  t.regex(await told({ operatorKeySince: AT, rotatedBy: 'operator' }), /is old and to be replaced: set a new one as KEY_ENCRYPTION_KEY/);
  t.regex(await told({ operatorKeyRetired: true, otherDirectories: 2 }), /is retired and to be replaced: other data directories hold it/);
  t.regex(await told({ otherDirectories: 1 }), /^the operator key: other data directories hold it/m);
  t.regex(await told({ keys: [{ ...signingKey, retired: true }] }), / to be replaced /);
});

test('key rotate replaces root and operator key, or the keys that are named; namespace rotate that of a namespace', async (t) => {
  const { jetlock, sent } = await adminCli(t, { 'key.rotate': () => done(null, true, 'the old ones are gone') });
  t.deepEqual(await jetlock('key rotate'), { code: 0, stdout: 'the keys are replaced\n', stderr: 'note: the old ones are gone\n' });
  await jetlock('key rotate --signing --box');
  t.is((await jetlock('namespace rotate prod/shop')).stdout, 'the key of prod/shop is replaced\n');
  t.is((await jetlock('namespace rotate prod//shop')).code, 65);
  t.deepEqual(sent, [
    { operation: 'key.rotate', purposes: ['root', 'operator'] },
    { operation: 'key.rotate', purposes: ['signing', 'box'] },
    { operation: 'namespace.rotate', namespace: 'prod/shop' },
  ]);
});

test('projections: status, rebuild, and a verify that fails where they differ', async (t) => {
  const { jetlock, answers } = await adminCli(t, {
    'projections.status': () => ({ result: { head: 9, items: [{ projection: 'catalog', seq: 9, entries: 2, digest: digestOf(1) }] } }),
    'projections.rebuild': () => ({ result: { identical: true, entries: 2, events: 9 } }),
    'projections.verify': () => ({ result: { identical: true, compared: 2, different: 0, differing: [] } }),
  });
  t.is((await jetlock('projections status')).stdout, `head of the log: 9\nPROJECTION  SEQ  ENTRIES  DIGEST\ncatalog     9    2        ${digestOf(1)}\n`);
  t.is((await jetlock('projections rebuild')).stdout, '2 entries made again from 9 events, identical to those before\n');
  t.deepEqual(await jetlock('projections verify'), { code: 0, stdout: '2 entries compared, all as the log makes them\n', stderr: '' });
  answers['projections.verify'] = () => ({ result: { identical: false, compared: 5, different: 3, differing: ['prod.shop.A'] } });
  t.regex((await jetlock('projections verify')).stdout, /^5 entries compared, 3 not as the log makes them; .*\nprod\.shop\.A\nand 2 more\n$/);
  const { code, stdout } = await jetlock('projections verify --json');
  t.is(code, 78);
  t.deepEqual(JSON.parse(stdout), { identical: false, compared: 5, different: 3, differing: ['prod.shop.A'] });
});

const ACCESS_KEY = /^jlk_[\w-]{43}$/;

test('namespaces are created, listed with how many access keys they have, and deleted', async (t) => {
  const key = (n: number, revokedAt: number | null) => ({ key: idOf(n), issuedAt: AT, issuedBy: 'ada', revokedAt, reads: 0, lastReadAt: null });
  const { jetlock, sent } = await adminCli(t, { 'namespace.list': items({ namespace: 'prod/shop', createdAt: AT, createdBy: 'ada', accessKeys: [key(1, null), key(2, AT)], secrets: 2, seq: 1 }) });
  t.is((await jetlock('namespace create prod/shop')).stdout, 'prod/shop is there\n');
  t.is((await jetlock('namespace list')).stdout, 'NAMESPACE  ACCESS KEYS  CREATED               BY\nprod/shop  1            2023-11-14T22:13:20Z  ada\n');
  t.regex((await jetlock('namespace key list prod/shop')).stdout, new RegExp(`^ID .*REVOKED\\n${idOf(1)}  2023-11-14T22:13:20Z  ada\\s*\\n${idOf(2)}  2023-11-14T22:13:20Z  ada  2023-11-14T22:13:20Z\\n$`));
  t.is((await jetlock('namespace key list prod/other')).code, 66);
  t.is((await jetlock('namespace delete prod/shop')).stdout, 'prod/shop is deleted\n');
  t.deepEqual(sent.map(({ operation }) => operation), ['namespace.create', 'namespace.list', 'namespace.list', 'namespace.list', 'namespace.delete']);
});

test('namespace key issue prints the key alone, once, and sends its digest; revoke takes its id and not the key', async (t) => {
  const { jetlock, sent } = await adminCli(t);
  const { stdout, stderr } = await jetlock('namespace key issue prod/shop');
  t.regex(stdout.trim(), ACCESS_KEY);
  t.notRegex(stderr, /jlk_/);
  const { key } = sent[0] as { readonly key?: string };
  t.deepEqual(sent[0], { operation: 'namespace.access-key.issue', namespace: 'prod/shop', key, digest: tokenDigest(stdout.trim()) } as never);
  t.is((await jetlock(`namespace key revoke prod/shop ${key}`)).stdout, `the access key ${key} of prod/shop does not count any more\n`);
  const wrong = await jetlock(`namespace key revoke prod/shop ${stdout.trim()}`);
  t.is(wrong.code, 65);
  t.notRegex(`${wrong.stdout}${wrong.stderr}`, /jlk_/);
  t.is(sent.length, 2);
  const dashed = `-${idOf(1).slice(1)}`;
  t.is((await jetlock(`namespace key revoke prod/shop -- ${dashed}`)).stdout, `the access key ${dashed} of prod/shop does not count any more\n`);
});
