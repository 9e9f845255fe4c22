import test from 'ava';
import { SecretPath, ServiceName, sure } from '../events/vocabulary.ts';
import { PENDING_MS } from '../events/world.ts';
import { ENDED_MS } from '../protocol/operations.ts';
import { PAGE_BYTES_MAX, type Limit, type Page } from '../protocol/paging.ts';
import type { SecretView } from '../protocol/views.ts';
import { BEGIN, newHistory } from '../tests/support/history.ts';
import { digestOf, fingerprintOf, idOf } from '../tests/support/names.ts';
import { orThrow } from '../tests/support/or-throw.ts';
import { storedAfter } from '../tests/support/stored.ts';
import { memoryStore } from './memory-store.ts';
import { paged } from './page.ts';
import { readModels } from './read.ts';
import { storedRows } from './rows.ts';
import type { ProjectionName } from './projection.ts';

const path = (text: string) => sure(SecretPath, text);
const invoicer = sure(ServiceName, 'invoicer');
/** Nothing is narrowed down. */
const anything = { search: null, status: null, limit: null, after: null };
const ask = (target: string, service = 'invoicer') => ({ service, target, description: null, read: { seq: 1, id: idOf(1) } });

const filled = () => {
  const history = newHistory();
  for (const one of ['billing/KEY', 'billing/stripe/KEY', 'billingX/KEY', 'mail/KEY', 'mail/OLD']) history.write(one);
  history.admin('secret.delete', { path: 'mail/OLD' });
  const credential = history.approved('invoicer');
  history.service({ service: 'mailer', kind: 'token', verifier: digestOf(2), fingerprint: fingerprintOf(2) });
  history.grant('invoicer', 'billing/');
  history.replica('access.request', ask('mail/KEY'));
  history.replica('access.request', ask('mail/KEY', 'mailer'));
  history.read({ service: 'invoicer', credential, paths: ['billing/KEY', 'mail/KEY'] });
  history.admin('namespace.access-key.issue', { namespace: 'billing', key: idOf(1), digest: digestOf(1) });
  history.read({ namespace: 'billing', key: idOf(1) });
  return history;
};

const given = async (history = filled()) => {
  const store = memoryStore();
  for (const [spot, text] of Object.entries(storedAfter(history))) {
    const [bucket, key = ''] = spot.split(' ');
    orThrow(await store.put(bucket as ProjectionName, key, text, 0)());
  }
  return { store, read: readModels(storedRows(store)) };
};

test('secrets are listed by the beginning of their paths, without what is deleted', async (t) => {
  const { read } = await given();
  const paths = async (prefix: string | null) => orThrow(await read.secrets({ ...anything, prefix })).items.map((secret) => secret.path as string);
  t.deepEqual(await paths(null), ['billing/KEY', 'billing/stripe/KEY', 'billingX/KEY', 'mail/KEY']);
  t.deepEqual(await paths('billing'), ['billing/KEY', 'billing/stripe/KEY', 'billingX/KEY']);
  t.deepEqual(await paths('billing/'), ['billing/KEY', 'billing/stripe/KEY']);
  t.deepEqual(await paths('billing/st'), ['billing/stripe/KEY']);
  for (const odd of ['nothing/', '*/', 'billing/*', '>', ' ', '/', '../', 'billing//']) t.deepEqual(await paths(odd), []);
});

test('a secret is shown with who reads it; a deleted one for its history; one that never was is not there', async (t) => {
  const { read } = await given();
  t.like(orThrow(await read.secret(path('billing/KEY'), 0)), {
    secret: { path: 'billing/KEY', status: 'live', version: 1 },
    usage: [{ service: 'invoicer', allowed: 1, refused: 0 }],
  });
  t.like(orThrow(await read.secret(path('mail/OLD'), 0)), { secret: { status: 'deleted', history: [{ version: 1, deleted: true }] }, usage: [] });
  t.is(orThrow(await read.secret(path('mail/NONE'), 0)), undefined);
});

test('a process that was not heard of for weeks is counted, and not shown any more', async (t) => {
  const history = filled();
  const by = { operation: 'rollout.report', service: 'runner', credential: history.approved('runner'), client: { name: 'runner', version: '1' } };
  history.grant('runner', 'billing/');
  const runs = (instance: number) => history.service({ ...by, applied: [{ path: 'billing/KEY', version: 1, instances: [idOf(instance)] }], used: [] });
  runs(1);
  history.pass(5);
  runs(2);
  const { read } = await given(history);
  const shown = async (now: number) => orThrow(await read.secret(path('billing/KEY'), now))?.rollout.map(({ processes, unheard }) => [processes.map(({ instance }): string => instance), unheard])[0];
  t.deepEqual(await shown(BEGIN + ENDED_MS - 1), [[idOf(1), idOf(2)], 0]);
  t.deepEqual(await shown(BEGIN + ENDED_MS), [[idOf(2)], 1]);
  t.deepEqual(await shown(BEGIN + ENDED_MS + 5), [[], 2]);
});

test('namespaces, services and access are listed, all or those of one service', async (t) => {
  const { read } = await given();
  t.deepEqual(orThrow(await read.namespaces(anything)).items.map(({ namespace }) => namespace as string), ['billing', 'billing/stripe', 'billingX', 'mail']);
  const [billing, , , mail] = orThrow(await read.namespaces(anything)).items;
  t.like(billing, { secrets: 1, accessKeys: [{ key: idOf(1), reads: 1, lastReadAt: BEGIN, revokedAt: null }] });
  t.like(mail, { secrets: 1, accessKeys: [] }, 'what is deleted is not counted');
  t.deepEqual(orThrow(await read.services({ ...anything, service: null }, BEGIN)).items.map(({ service }) => service as string), ['invoicer', 'mailer']);
  t.deepEqual(orThrow(await read.services({ ...anything, service: invoicer }, BEGIN)).items.map(({ service }) => service as string), ['invoicer']);
  const access = async (service: ServiceName | null, status: 'requested' | null) =>
    orThrow(await read.access({ ...anything, service, path: null, status })).items.map((one) => `${one.service} ${one.target} ${one.status}`);
  const [granted, requested, other] = ['invoicer billing/ granted', 'invoicer mail/KEY requested', 'mailer mail/KEY requested'] as const;
  t.deepEqual(await access(null, null), [granted, requested, other]);
  t.deepEqual(await access(invoicer, null), [granted, requested]);
  t.deepEqual(await access(null, 'requested'), [requested, other]);
});

test('the inbox has the oldest first, and no credential that has expired', async (t) => {
  const { read } = await given();
  const cards = async (now: number) => orThrow(await read.inbox(anything, now)).items.map(({ kind, service }) => `${kind} ${service}`);
  t.deepEqual(await cards(BEGIN + PENDING_MS - 1), ['credential mailer', 'access invoicer', 'access mailer']);
  t.deepEqual(await cards(BEGIN + PENDING_MS), ['access invoicer', 'access mailer']);
  t.deepEqual(orThrow(await read.inbox(anything, BEGIN)).items.map(({ asked }) => asked as number | null), [null, 1, 0], 'how often it was asked for in vain');
});

test('a card has the approved credentials of who asks, the last three and the newest of them first, and none where there are none', async (t) => {
  const history = filled();
  for (const n of [3, 4, 5, 6]) history.approved('invoicer', n);
  history.admin('service.revoke', { service: 'invoicer', fingerprint: fingerprintOf(5), seen: history.seen.credential('invoicer', fingerprintOf(5)) });
  history.service({ service: 'invoicer', kind: 'token', verifier: digestOf(7), fingerprint: fingerprintOf(7) });
  const { read } = await given(history);
  const credentials = orThrow(await read.inbox(anything, BEGIN)).items.map((item) => ('credentials' in item ? [item.service, item.credentials] : [item.service]));
  const client = { name: 'test', version: '1' };
  const known = [6, 4, 3].map((n) => ({ fingerprint: fingerprintOf(n), client }));
  t.deepEqual(credentials as unknown, [['mailer'], ['invoicer', known], ['mailer', []], ['invoicer']]);
});

test('a card of what has no value has the first that asked, and how many others did: not who read it while it had one', async (t) => {
  const history = filled();
  history.write('mail/NEW');
  history.grant('reader', 'mail/');
  history.read({ service: 'reader', credential: history.approved('reader', 5), paths: ['mail/NEW'] });
  history.admin('secret.delete', { path: 'mail/NEW' });
  history.replica('secret.stub', { path: 'mail/NEW', service: 'invoicer', description: null, read: 1 });
  const missing = async () => orThrow(await (await given(history)).read.inbox(anything, BEGIN)).items.find(({ kind }) => kind === 'missing');
  t.like(await missing(), { service: 'invoicer', credentials: [{ fingerprint: fingerprintOf(1) }], asked: 1, others: 0 });
  const [runner, shop] = [history.approved('runner', 3), history.approved('shop', 4)];
  for (const [service, credential] of [['invoicer', fingerprintOf(1)], ['runner', runner], ['shop', shop], ['shop', shop]]) history.read({ service, credential, paths: ['mail/NEW'] });
  t.like(await missing(), { service: 'invoicer', asked: 5, others: 2 });
});

test('however many cards there are, what is known of services and of reads is read once', async (t) => {
  const history = filled();
  for (const name of ['A', 'B', 'C']) history.replica('access.request', ask(`mail/${name}`));
  const { store } = await given(history);
  const [rows, asked] = [storedRows(store), [] as string[]];
  const list: typeof rows.list = (codec, bucket, wanted) => {
    asked.push(bucket);
    return rows.list(codec, bucket, wanted);
  };
  const { items } = orThrow(await readModels({ ...rows, list }).inbox(anything, BEGIN));
  t.deepEqual([items.length, asked], [6, ['inbox', 'usage', 'services']]);
});

test('a filter by status leaves what has that status', async (t) => {
  const { read } = await given();
  const secrets = async (status: SecretView['status']) => orThrow(await read.secrets({ ...anything, prefix: null, status })).items.map((secret) => secret.path as string);
  t.deepEqual([await secrets('live'), await secrets('deleted'), await secrets('stub')], [['billing/KEY', 'billing/stripe/KEY', 'billingX/KEY', 'mail/KEY'], ['mail/OLD'], []]);
  const credentials = async (status: 'approved' | 'pending' | 'denied' | null) => orThrow(await read.credentials({ ...anything, service: null, status })).items.map(({ service }) => service as string);
  t.deepEqual([await credentials(null), await credentials('approved'), await credentials('pending'), await credentials('denied')], [['invoicer', 'mailer'], ['invoicer'], ['mailer'], []]);
  const found = async (search: string) => orThrow(await read.secrets({ ...anything, prefix: null, search })).items.map((secret) => secret.path as string);
  t.deepEqual([await found('KEY stripe'), await found('mail stripe'), await found(' ')], [['billing/stripe/KEY'], [], ['billing/KEY', 'billing/stripe/KEY', 'billingX/KEY', 'mail/KEY']]);
});

test('pages of any size hold every item once, each with the number of all; a page is full by its bytes too', (t) => {
  const all = ['a', 'b', 'c', 'd', 'e'].map((place) => ({ place, item: place }));
  for (const limit of [1, 2, 4, 5, 6]) {
    const items: string[] = [];
    let after: string | null = null;
    do {
      const page: Page<string> = paged(all, { limit: limit as Limit, after });
      t.true(page.items.length <= limit && page.total === all.length);
      items.push(...page.items);
      after = page.next;
    } while (after !== null && items.length <= all.length);
    t.deepEqual(items, ['a', 'b', 'c', 'd', 'e'], String(limit));
  }
  const wide = ['a', 'b', 'c'].map((place) => ({ place, item: place.repeat(PAGE_BYTES_MAX / 2 - 100) }));
  t.like(paged(wide, { limit: null, after: null }), { next: 'b', total: 3 });
  t.is(paged([{ place: 'a', item: 'a'.repeat(PAGE_BYTES_MAX + 1) }], { limit: null, after: null }).items.length, 1);
});

test('an entry that no fold can have made is named, not told', async (t) => {
  const { store, read } = await given();
  for (const [key, text] of [['x.A', 'no JSON'], ['x.B', '{"path":"hunter2"}']] as const) orThrow(await store.put('catalog', key, text, 0)());
  const bad = { _tag: 'Left', left: { _tag: 'bad_entry', bucket: 'catalog' } };
  const listed = await read.secrets({ ...anything, prefix: null });
  t.like(listed, { ...bad, left: { ...bad.left, key: 'x.A' } });
  t.like(await read.secret(path('x/B'), 0), { ...bad, left: { ...bad.left, key: 'x.B' } });
  t.false(JSON.stringify([listed, await read.secret(path('x/B'), 0)]).includes('hunter2'));
});
