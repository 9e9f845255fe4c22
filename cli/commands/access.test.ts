import test from 'ava';
import { adminCli, items, type Answers } from '../../tests/support/admin-cli.ts';

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
  decidedAt: null,
  decidedBy: null,
  seq: 5,
  ...more,
});
const LIST = items(access('shop', 'prod/shop/A', { status: 'requested', seq: 31 }), access('shop', 'prod/shop/', { seq: 32 }), access('other', 'prod/shop/B', { seq: 33 }));

test('access grant names the last event about exactly that access', async (t) => {
  const { jetlock, sent } = await adminCli(t, { 'access.list': LIST });
  t.is((await jetlock('access grant shop prod/shop/A --for 1h --once --reason deploy')).stdout, 'shop may read prod/shop/A for 1h once\n');
  await jetlock('access grant shop prod/shop/');
  await jetlock('access grant shop prod/shop/B');
  const common = { operation: 'access.grant', service: 'shop', reason: null, duration: null, once: false, offline: null };
  t.deepEqual(sent.filter(({ operation }) => operation === 'access.grant') as unknown, [
    { ...common, target: 'prod/shop/A', duration: 3_600_000, once: true, offline: null, reason: 'deploy', seen: 31 },
    { ...common, target: 'prod/shop/', seen: 32 },
    { ...common, target: 'prod/shop/B', seen: 0 },
  ]);
  t.like(sent[0], { operation: 'access.list', service: 'shop', path: 'prod/shop/A' });
});

test('access grant tells how long a value may be used offline, and list shows it', async (t) => {
  const list = items(access('shop', 'prod/shop/A', { offline: 5_400_000, until: 1_700_000_000_000 }));
  const { jetlock, sent } = await adminCli(t, { 'access.list': list });
  t.is((await jetlock('access grant shop prod/shop/A --offline 1h')).stdout, 'shop may read prod/shop/A, offline for 1h\n');
  t.like(sent.find(({ operation }) => operation === 'access.grant'), { operation: 'access.grant', offline: 3_600_000, once: false, duration: null });
  t.is((await jetlock('access grant shop prod/shop/A --offline never')).code, 65);
  t.regex((await jetlock('access list')).stdout, /granted, until 2023-11-14T22:13:20Z, offline for 90m/);
});

test('access grant notes that a service is not there yet, and that a path is not the prefix that was meant', async (t) => {
  const secret = (path: string) => ({ path, status: 'live', description: null, version: 1, askedBy: null, createdAt: 0, updatedAt: 0, updatedBy: 'ada', mismatch: false, seq: 1 });
  const secrets = (...paths: ReadonlyArray<string>): Answers[string] => ({ prefix }) => items(...paths.filter((path) => path.startsWith(prefix as string)).map(secret))();
  const { jetlock, answers } = await adminCli(t, { 'access.list': LIST, 'service.list': items(), 'secret.list': secrets('prod/shop-2/A', 'prod/shop/A') });
  t.like(await jetlock('access grant shop prod/shop'), {
    code: 0,
    stdout: 'shop may read prod/shop\n',
    stderr: 'note: no service called shop has registered yet\nnote: this is the path prod/shop; for everything below it: prod/shop/\n',
  });
  answers['service.list'] = items({ service: 'shop', credentials: [], seq: 12, reads: { allowed: 0, refused: 0, lastAllowedAt: null, lastRefusedAt: null }, grants: 0 });
  t.is((await jetlock('access grant shop prod/shop/')).stderr, '');
  answers['secret.list'] = secrets('prod/shop', 'prod/shop/A');
  t.is((await jetlock('access grant shop prod/shop')).stderr, '');
  answers['secret.list'] = () => ({ refusal: 'role' });
  t.like(await jetlock('access grant shop prod/shop'), { code: 0, stderr: '' });
});

test('access grant does not wait for notes that do not come', async (t) => {
  const { jetlock } = await adminCli(t, { 'access.list': LIST, 'service.list': () => new Promise(() => undefined), 'secret.list': items() });
  t.like(await jetlock('access grant shop prod/shop'), { code: 0, stdout: 'shop may read prod/shop\n', stderr: '' });
});

test('access deny and revoke name it too', async (t) => {
  const { jetlock, sent } = await adminCli(t, { 'access.list': LIST });
  t.is((await jetlock('access deny shop prod/shop/A')).stdout, 'shop is denied prod/shop/A\n');
  t.is((await jetlock('access revoke shop prod/shop/ --reason over')).stdout, 'shop may not read prod/shop/ any more\n');
  t.deepEqual(sent.filter(({ operation }) => operation !== 'access.list') as unknown, [
    { operation: 'access.deny', service: 'shop', target: 'prod/shop/A', reason: null, seen: 31 },
    { operation: 'access.revoke', service: 'shop', target: 'prod/shop/', reason: 'over', seen: 32 },
  ]);
  const { stdout } = await jetlock('access revoke shop prod/shop/A --json');
  t.deepEqual(JSON.parse(stdout), { service: 'shop', target: 'prod/shop/A', changed: true, seq: 7, version: 1, note: null });
});

for (const [what, words] of [
  ['a time without a unit', 'access grant shop prod/A --for 10'],
  ['a prefix to deny', 'access deny shop prod/'],
  ['no namespace', 'access grant shop A'],
  ['a service with capitals', 'access grant Shop prod/A'],
  ['a reason of 513 bytes', `access grant shop prod/A --reason ${'r'.repeat(513)}`],
] as const) {
  test(`access: ${what} is 65, nothing sent`, async (t) => {
    const { jetlock, sent } = await adminCli(t, { 'access.list': LIST });
    t.is((await jetlock(words)).code, 65);
    t.deepEqual(sent, []);
  });
}

test('what a wider prefix opens is not revoked below it, and the reason is told', async (t) => {
  const { jetlock } = await adminCli(t, { 'access.list': LIST, 'access.revoke': () => ({ refusal: 'opened_by_prefix' }) });
  const { code, stderr } = await jetlock('access revoke shop prod/shop/A');
  t.is(code, 65);
  t.is(stderr, 'jetlock: a grant on a wider prefix would open it all the same\nhint: revoke that grant first, or deny the path; a denial is ended by a grant of the path\n');
});

test('access list tells what limits a grant', async (t) => {
  const { jetlock, sent } = await adminCli(t, {
    'access.list': items(
      access('shop', 'prod/A', { once: true, until: 1_700_000_000_000, decidedAt: 1_600_000_000_000, decidedBy: 'ada', reason: 'deploy' }),
      access('shop', 'prod/B', { once: true, spent: true }),
      access('shop', 'prod/C', { status: 'requested', requestedAt: 1_600_000_000_000, description: 'for mail' }),
    ),
  });
  t.is(
    (await jetlock('access list')).stdout,
    [
      'SERVICE  TARGET  ACCESS                                    AT                    BY   DESCRIPTION  REASON',
      'shop     prod/A  granted once, until 2023-11-14T22:13:20Z  2020-09-13T12:26:40Z  ada               deploy',
      'shop     prod/B  granted once, spent',
      'shop     prod/C  requested                                 2020-09-13T12:26:40Z       for mail',
      '',
    ].join('\n'),
  );
  await jetlock('access list --pending --json');
  t.deepEqual(sent.map(({ status }) => status), [null, 'requested']);
});
