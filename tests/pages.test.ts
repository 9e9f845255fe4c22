/** What admins look at, by HTTP: pages of the audit log, its export, reads over time, health, and changes as they happen. */
import test from 'ava';
import { once } from 'node:events';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { newSigningKey } from '../crypto/sign.ts';
import { LiveChange } from '../protocol/live.ts';
import { AuditEntry, HealthView, MissingView, ReadsView } from '../protocol/pages.ts';
import type { Page } from '../protocol/paging.ts';
import { LISTENERS_OF_ONE } from '../services/live/live.ts';
import { callsTo, testAuth } from './support/http.ts';
import { orThrow, startJetlock } from './support/jetlock.ts';
import { asDescribed } from './support/openapi.ts';
import { eventually } from './support/poll.ts';
import { codeOf, pathOf, stepsOf } from './support/steps.ts';

const { auth, known } = testAuth();
const jetlock = await startJetlock({ auth });
const { identity, admin } = jetlock;
const { write, approved, grant, command } = stepsOf(jetlock);
const ALICE = { kind: 'session', admin: identity.admin, role: 'admin', key: identity.publicKey, csrf: 'c' } as const;
known.set('alice', ALICE);
test.after.always(() => jetlock.stop());

const LIMIT_MS = 30_000;
const url = (path: string): string => `${jetlock.service().httpUrl}${path}`;
const headers = { 'test-caller': 'alice' };
const get = (path: string) => callsTo(jetlock.service().httpUrl)('GET', path, undefined, headers);
const audit = async (query: string) => (await get(`/audit?${query}`)).json as Page<AuditEntry>;
const sum = (counts: ReadonlyArray<number>): number => counts.reduce((a, b) => a + b, 0);
const msOf = ({ at }: Pick<AuditEntry, 'at'>): number => Date.parse(at);
const nameOf = ({ seq, entry }: Pick<AuditEntry, 'seq' | 'entry'>): string => `${seq}.${entry}`;

const allPages = async (query: string): Promise<ReadonlyArray<AuditEntry>> => {
  const all: AuditEntry[] = [];
  for (let after: string | null = null; ; ) {
    const page: Page<AuditEntry> = await audit(`${query}${after === null ? '' : `&after=${after}`}`);
    all.push(...page.items);
    if (page.next === null) return all;
    after = page.next;
  }
};

test.serial('the audit log in pages is the audit log, the newest first; its filters want the same of it by NATS and HTTP', async (t) => {
  await write('pages/app/DB', 'v1');
  await write('pages/app/KEY', 'v1');
  const client = await approved('pages-shop');
  await grant('pages-shop', 'pages/app/DB');
  await client.get('pages/app/DB');
  t.is(await codeOf(client.get('pages/app/KEY')), 'refused');
  // What follows a refusal comes after its answer, and is a line of the log as well.
  await eventually(async () => orThrow(await admin.list('inbox.list', {})()).items.find((item) => item.kind === 'access' && (item.target as string) === 'pages/app/KEY'), LIMIT_MS, 'the card');
  const all = await allPages('limit=3');
  t.true(all.every((line) => AuditEntry.is(line) && line.verified === 'mac'));
  t.deepEqual(all.map(nameOf), [...new Set(all.map(nameOf))]);
  t.deepEqual(all.map(({ seq }) => seq), [...all.map(({ seq }) => seq)].sort((a, b) => b - a));
  t.is(all.at(-1)?.what, 'keyring.created');
  const reads = await allPages('service=pages-shop&type=read&limit=1');
  t.deepEqual(reads.map(({ outcome, about, reason }) => [outcome, about.path, reason]), [['refused', 'pages/app/KEY', 'ungranted'], ['allowed', 'pages/app/DB', undefined]]);
  t.deepEqual((await audit('path=pages/app/&outcome=done')).items.map(({ what }) => what), all.filter((line) => JSON.stringify(line.about).includes('pages/app') && line.outcome === 'done').map(({ what }) => what));
  const { items } = orThrow(await admin.list('audit.list', { service: 'pages-shop' as never })());
  t.deepEqual(items.map(nameOf), all.filter(({ about, who }) => about.service === 'pages-shop' || who?.name === 'pages-shop').map(nameOf));
  const at = msOf(reads[0]!);
  for (const [from, to] of [[at, at], [at + 1, at + 99_999], [0, at - 1]] as const)
    t.deepEqual((await allPages(`from=${from}&to=${to}`)).map(nameOf), all.filter((line) => msOf(line) >= from && msOf(line) <= to).map(nameOf));
  t.like(await get('/audit?after=none'), { status: 400, error: { code: 'malformed' } });
});

test.serial('everything that is wanted is exported, line by line or as a table whose cells are no formulas', async (t) => {
  await write('pages/app/DB', 'v2');
  await command({ operation: 'secret.describe', path: pathOf('pages/app/DB'), description: '=HYPERLINK("http://x","a, b")' as never });
  const lines = await get('/audit/export?path=pages/app/DB');
  t.is(lines.headers.get('content-type'), 'application/x-ndjson; charset=utf-8');
  const exported = lines.text.trimEnd().split('\n').map((line) => JSON.parse(line) as AuditEntry);
  t.deepEqual(exported, await allPages('path=pages/app/DB'));
  const table = await get('/audit/export?path=pages/app/DB&format=csv');
  t.is(table.headers.get('cache-control'), 'no-store');
  t.regex(table.text, /^seq,entry,at,what,outcome,/);
  t.is(table.text.trimEnd().split('\n').length, exported.length + 1);
  t.true(table.text.includes(`"'=HYPERLINK(""http://x"",""a, b"")"`));
  t.like(await get('/audit/export?format=xml'), { status: 400, error: { code: 'malformed' } });
});

test.serial('reads over time, what is missing, and health are told', async (t) => {
  const client = await approved('pages-mail');
  t.is(await codeOf(client.get('pages/app/NONE')), 'refused');
  const asked = await eventually(async () => ((await get('/missing-secrets')).json as Page<MissingView>).items.find(({ path }) => path === 'pages/app/NONE'), LIMIT_MS, 'the stub');
  t.is(await codeOf(client.get('pages/app/NONE')), 'refused');
  t.true(MissingView.is(asked));
  const again = ((await get('/missing-secrets')).json as Page<MissingView>).items.find(({ path }) => path === 'pages/app/NONE');
  t.like(again, { service: 'pages-mail', asked: 2 });
  const reads = (await get(`/secrets/${encodeURIComponent('pages/app/DB')}/reads?buckets=4&from=${Date.now() - 60_000}`)).json as ReadsView;
  t.true(ReadsView.is(reads));
  t.like(reads, { buckets: 4, since: null });
  t.deepEqual(reads.items.map(({ service, allowed, refused }) => [service, sum(allowed), sum(refused)]), [['pages-shop', 1, 0]]);
  // At its place: three milliseconds after the beginning, in spans of two.
  const at = msOf((await audit('path=pages/app/DB&type=read&outcome=allowed')).items[0]!);
  const spans = (await get(`/secrets/${encodeURIComponent('pages/app/DB')}/reads?buckets=4&from=${at - 3}&to=${at + 5}`)).json as ReadsView;
  t.deepEqual([spans.step, spans.items[0]?.allowed], [2, [0, 1, 0, 0]] as never);
  const daily = (await get(`/secrets/${encodeURIComponent('pages/app/DB')}/reads`)).json as ReadsView;
  t.like(daily, { buckets: 30, step: 24 * 60 * 60 * 1000 });
  t.is(sum(daily.items[0]!.allowed), 1);
  const health = (await get('/health')).json as HealthView;
  t.true(HealthView.is(health));
  t.like(health, { ready: true, replicas: [{ self: true, keepsModels: true }], models: { lag: 0, complete: true }, keys: [{ purpose: 'operator' }] });
  t.is(health.stream?.last, health.models.seq);
});

/** Listens until it is closed; what it was told by then. */
const listen = async (after: string | undefined, topics = 'inbox,catalogue,audit', who: Readonly<Record<string, string>> = headers) => {
  const request = httpGet(url(`/events?topics=${topics}`), { headers: { ...who, ...(after === undefined ? {} : { 'last-event-id': after }) } });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  if (response.statusCode === 200) asDescribed('GET', '/events', { status: 200, headers: new Headers(response.headers as Record<string, string>), text: '', json: undefined, error: undefined });
  let text = '';
  response.setEncoding('utf8').on('data', (more: string) => (text += more));
  const blocks = () => text.split('\n\n').slice(0, -1).map((block) => Object.fromEntries(block.split('\n').map((line) => line.split(/: ?(.*)/s).slice(0, 2) as [string, string])));
  const changes = (): ReadonlyArray<LiveChange> => blocks().flatMap(({ event, data = '' }) => (event === 'change' ? [JSON.parse(data) as LiveChange] : []));
  const ended = new Promise((resolve) => response.once('close', resolve));
  response.on('error', () => undefined);
  return { status: response.statusCode, headers: response.headers, blocks, changes, last: () => blocks().findLast(({ id }) => id !== undefined)?.['id'], close: () => request.destroy(), ended };
};
const told = (listener: Awaited<ReturnType<typeof listen>>, is: (change: LiveChange) => boolean) =>
  eventually(async () => listener.changes().find(is), LIMIT_MS, 'a change to be told');

test.serial('changes are told as they happen, and over losses of the connection each of them once', async (t) => {
  const begin = (await audit('limit=1')).items[0]?.seq ?? 0;
  const whole = await listen(`${begin}`);
  t.is(whole.headers['cache-control'], 'no-store');
  const seen: LiveChange[] = [];
  let after = `${begin}`;
  for (let n = 0; n < 4; n += 1) {
    const some = await listen(after);
    await write(`pages/live/KEY${n}`, `v${n}`);
    await told(some, ({ catalogue }) => catalogue.some(({ id }) => id === `pages/live/KEY${n}`));
    some.close();
    seen.push(...some.changes());
    after = some.last() ?? after;
    await write(`pages/live/KEY${n}`, 'while nobody listens');
  }
  const rest = await listen(after);
  const { seq } = await write('pages/live/LAST', 'v');
  for (const one of [rest, whole]) await told(one, (change) => change.seq === seq);
  seen.push(...rest.changes());
  t.deepEqual(seen, whole.changes());
  t.true(seen.every((change) => LiveChange.is(change)));
  const entries = seen.flatMap((change) => change.audit.map(nameOf));
  t.deepEqual(entries, (await allPages('limit=200')).filter((line) => line.seq > begin && line.seq <= seq).map(nameOf).reverse());
  whole.close();
  rest.close();
});

test.serial('a card of the inbox is told; who is too far away, or of another log, is told to ask for everything', async (t) => {
  const listener = await listen(undefined, 'inbox');
  const client = await jetlock.clientOf('pages-new');
  await client.register();
  const change = await told(listener, ({ inbox }) => inbox.length > 0);
  t.deepEqual([change.inbox, change.catalogue, change.audit], [[{ kind: 'credential', id: `pages-new:${client.fingerprint}` }], [], []]);
  listener.close();
  const other = await listen('9000000000');
  t.like(await eventually(async () => other.blocks().find(({ event }) => event === 'reset'), LIMIT_MS, 'the reset'), { event: 'reset' });
  other.close();
  t.like(await get('/events?topics=inbox,none'), { status: 400, error: { code: 'malformed' } });
});

test.serial('one principal keeps so many connections that are told changes, and nobody else is shut out by that', async (t) => {
  known.set('audrey', { ...ALICE, admin: 'audrey' as never });
  const all = await Promise.all(Array.from({ length: LISTENERS_OF_ONE + 1 }, () => listen(undefined)));
  t.true(all.some(({ status, headers: { 'retry-after': after } }) => status === 429 && after === '1'));
  const other = await listen(undefined, 'inbox', { 'test-caller': 'audrey' });
  t.is(other.status, 200);
  for (const one of [...all, other]) one.close();
});

/** Those who were closed a moment ago count for a moment longer. */
const heard = () =>
  eventually(async () => {
    const listener = await listen(undefined);
    return listener.status === 200 ? listener : undefined;
  }, LIMIT_MS, 'room for one who listens');

test.serial('nobody is told anything after their session has ended, or after the service has', async (t) => {
  const listener = await heard();
  known.delete('alice');
  await command({ operation: 'admin.add', admin: 'amy' as never, key: newSigningKey().publicKey, role: 'auditor' });
  await listener.ended;
  known.set('alice', ALICE);
  const last = await heard();
  await jetlock.service().stop();
  await last.ended;
  t.pass();
});
