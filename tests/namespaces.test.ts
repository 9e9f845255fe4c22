/** Namespaces with an access key, by HTTP and NATS, against one real service: where what came before it failed. */
import test from 'ava';
import { isLeft } from 'fp-ts/lib/Either.js';
import { newSession } from '../client/session.ts';
import { serviceKeys } from '../client/keys.ts';
import { natsTransport } from '../client/nats/transport.ts';
import { readNamespace as readByPackage, type JetlockError } from '../client/mod.ts';
import { openNamespaceAnswer, readNamespace } from '../client/namespace.ts';
import { newBoxKey } from '../crypto/box.ts';
import { fromBase64, fromUtf8, toBase64, utf8 } from '../crypto/bytes.ts';
import { tokenDigest } from '../crypto/credential.ts';
import { randomId } from '../crypto/random.ts';
import { Redacted } from '../crypto/redacted.ts';
import { newSigningKey } from '../crypto/sign.ts';
import { ClientInfo, sure } from '../events/vocabulary.ts';
import { ServiceKeys } from '../protocol/wire.ts';
import { linesOf } from './support/audit.ts';
import { callsTo, sealedTo, sealedWrite, statusUnder } from './support/http.ts';
import { orThrow, startJetlock, subjects } from './support/jetlock.ts';
import { eventually } from './support/poll.ts';
import { namesOfKeys } from './support/wrapped-keys.ts';

const lines: string[] = [];
const jetlock = await startJetlock({ logLevel: 'debug', logTo: { write: (line) => void lines.push(line) } });
test.after.always(() => jetlock.stop());
const { httpUrl } = jetlock.service();

type Issued = { readonly namespace: string; readonly accessKey: string };
type Headers = Readonly<Record<string, string>>;
type Answer = { readonly status: number; readonly body: Uint8Array; readonly json: Record<string, never> & { readonly error?: { readonly code: string } } };

const call = async (method: string, path: string, { headers = {}, body, url = httpUrl }: { readonly headers?: Headers; readonly body?: unknown; readonly url?: string } = {}): Promise<Answer> => {
  const { status, text, json } = await callsTo(url)(method, path, body, headers);
  return { status, body: utf8(text), json: json as Answer['json'] };
};

const create = async (body: object = {}): Promise<Issued> => {
  const { status, json } = await call('POST', '/namespaces', { body });
  if (status !== 201) throw new Error(`not made: ${JSON.stringify(json)}`);
  return json as unknown as Issued;
};
const by = ({ accessKey }: Issued): Headers => ({ 'jetlock-access-key': accessKey });
const set = (issued: Issued, key: string, value: string) => call('POST', '/namespace', { headers: by(issued), body: { key, value } });

const admin = async (command: object): Promise<void> => void orThrow(await jetlock.admin.command(command as never)());
const revoke = async ({ namespace }: Issued): Promise<void> => {
  const known = orThrow(await jetlock.admin.list('namespace.list', {})()).items.find((one) => one.namespace === namespace);
  await admin({ operation: 'namespace.access-key.revoke', namespace, key: known?.accessKeys[0]?.key });
};

const keysNow = async (): Promise<ServiceKeys> => sure(ServiceKeys, (await call('GET', '/keys')).json);

/** What a namespace holds, opened as the SDK does; or the code of the refusal. */
const readOnce = async (issued: Issued, path: string): Promise<Readonly<Record<string, string>> | string> => {
  const [recipient, id] = [newBoxKey(), randomId()];
  const { status, body, json } = await call('GET', path, { headers: { ...by(issued), 'recipient-key': recipient.publicKey, 'jetlock-request': id } });
  if (status !== 200) return json.error?.code ?? 'none';
  const { secrets } = orThrow(openNamespaceAnswer({ recipient, id, subjects, keys: await keysNow() }, body));
  return Object.fromEntries(secrets.map(({ key, value }) => [key, fromUtf8(fromBase64(value))]));
};

/** The same; asked again, like every client does, where the machine was so slow that there was none in time. */
const read = (issued: Issued, path = '/namespace') =>
  eventually(() => readOnce(issued, path).then((found) => (found === 'unavailable' ? undefined : found)), 30_000, 'an answer in time');

const storedKeys = async () => namesOfKeys(await jetlock.connection());

test.serial('text of every kind, and 64 KiB of it, comes back as it was', async (t) => {
  const issued = await create();
  const values = { TEXT: 'pässwörd€🔒', EMPTY: '', LONG: '€'.repeat(Math.floor(65_536 / 3)), NUL: 'a\u0000b\n' };
  for (const [key, value] of Object.entries(values)) t.is((await set(issued, key, value)).status, 201);
  t.deepEqual(await read(issued), values);
  const { status, json } = await set(issued, 'MORE', 'x'.repeat(65_537));
  t.deepEqual([status, json.error?.code], [413, 'too_large']);
  t.is((await set(issued, 'MORE', 'half \ud800')).json.error?.code, 'malformed');
});

test.serial('a box is opened for the call that it was sealed for, and for no other', async (t) => {
  const issued = await create();
  const keys = await keysNow();
  const request = randomId();
  const box = { v: 1, type: 'namespace-value', request, namespace: issued.namespace, key: 'KEY', accessKey: tokenDigest(issued.accessKey), time: Date.now(), value: toBase64(utf8('sealed')) };
  const give = async (other: object, headers: Headers = { 'jetlock-request': request }) => {
    const { status, json } = await call('POST', '/namespace', { headers: { ...by(issued), ...headers }, body: { key: 'KEY', sealed: sealedTo(keys, JSON.stringify({ ...box, ...other })) } });
    return json.error?.code ?? status;
  };
  const others = [{ request: randomId() }, { namespace: 'other' }, { key: 'OTHER' }, { accessKey: tokenDigest('another') }, { type: 'value' }, { v: 2 }];
  t.deepEqual(await Promise.all(others.map((other) => give(other))), others.map(() => 'malformed'));
  t.deepEqual(await Promise.all([-61_000, 90_000].map((ms) => give({ time: Date.now() + ms }))), ['stale', 'stale']);
  t.is(await give({}, {}), 'malformed');
  t.deepEqual(await read(issued), {});
  t.is(await give({}), 201);
  t.deepEqual(await read(issued), { KEY: 'sealed' });
});

test.serial('what an admin has sealed is not had by writing it into a namespace of one’s own', async (t) => {
  const captured = sealedWrite(jetlock.identity, await keysNow(), 'boxes/DB', utf8('canary'));
  const { id } = JSON.parse(captured.statement) as { readonly id: string };
  const mine = await create();
  const { json } = await call('POST', '/namespace', { headers: { ...by(mine), 'jetlock-request': id }, body: { key: 'LOOT', sealed: captured.sealed } });
  t.is(json.error?.code, 'malformed');
  t.deepEqual(await read(mine), {});
});

test.serial('eight sets of a key at once leave one current version, and eight in its history', async (t) => {
  const issued = await create();
  const values = Array.from({ length: 8 }, (_, n) => `value ${n}`);
  const done = await Promise.all(values.map((value) => set(issued, 'KEY', value)));
  t.deepEqual(done.map(({ status }) => status), Array.from({ length: 8 }, () => 201));
  t.true(values.includes(((await read(issued)) as Record<string, string>)['KEY'] ?? ''));
  const { secret } = orThrow(await jetlock.admin.query('secret.show', { path: `${issued.namespace}/KEY` as never })());
  t.deepEqual([secret.version, secret.history.length], [8, 8] as never);
  t.regex(String(secret.updatedBy), /^access-key:/);
});

test.serial('ten at once are ten whose keys work, and no other count is taken', async (t) => {
  const { status, json } = await call('POST', '/namespaces/bulk', { body: { count: 10 } });
  const { namespaces } = json as unknown as { readonly namespaces: ReadonlyArray<Issued> };
  t.deepEqual([status, namespaces.length, new Set(namespaces.map(({ accessKey }) => accessKey)).size], [201, 10, 10]);
  t.deepEqual(await Promise.all(namespaces.map((one) => set(one, 'KEY', one.namespace).then(() => read(one)))), namespaces.map(({ namespace }) => ({ KEY: namespace })));
  t.is(((await call('POST', '/namespaces/bulk', { body: { count: 1 } })).json as unknown as { readonly namespaces: ReadonlyArray<Issued> }).namespaces.length, 1);
  for (const count of [1.5, -3, 0, 101, 1000, '10', null]) t.is((await call('POST', '/namespaces/bulk', { body: { count } })).status, 400, String(count));
});

test.serial('a name is had once, also where an admin made the namespace', async (t) => {
  await create({ namespace: 'once/only' });
  t.is((await call('POST', '/namespaces', { body: { namespace: 'once/only' } })).json.error?.code, 'exists');
  await admin({ operation: 'namespace.create', namespace: 'of/admins' });
  t.is((await call('POST', '/namespaces', { body: { namespace: 'of/admins' } })).status, 409);
});

test.serial('an admin’s value does not get into a namespace that somebody made before under a name that looks like theirs', async (t) => {
  const squatted = await create({ namespace: 'prod/pay' });
  const path = 'prod/pay/STRIPE' as never;
  t.regex(JSON.stringify(await jetlock.admin.writeSecret(path, utf8('live-key'))()), /foreign_namespace/);
  t.deepEqual(await read(squatted), {});
});

test.serial('a name that is not of this machine is answered nothing, and no page of another site makes a namespace', async (t) => {
  for (const host of ['127.0.0.1:PORT', 'localhost:PORT', '127.9.9.9:PORT', '[::1]:PORT', 'LOCALHOST:PORT']) t.is(await statusUnder(httpUrl, host), 201, host);
  for (const host of ['evil.example:PORT', 'localhost.evil.example:PORT', '127.0.0.1.evil.example:PORT', '127.0.0.1:1', '127.0.0.1', '10.0.0.1:PORT', 'x@'])
    for (const path of ['/namespaces', '/healthz']) t.is(await statusUnder(httpUrl, host, {}, path), 421, `${host} ${path}`);
  const evil = { 'sec-fetch-site': 'same-origin', origin: `http://evil.example:${new URL(httpUrl).port}` };
  t.is(await statusUnder(httpUrl, 'evil.example:PORT', evil), 421);
  const foreign: ReadonlyArray<Headers> = [evil, { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }, { origin: 'null' }];
  for (const path of ['/namespaces', '/namespace', '/get', '/enrolments', '/session'])
    for (const headers of foreign) t.is(await statusUnder(httpUrl, '127.0.0.1:PORT', headers, path), 403, path);
  t.is(await statusUnder(httpUrl, '127.0.0.1:PORT', { origin: httpUrl, 'sec-fetch-site': 'same-origin' }), 201);
});

test.serial('one key is deleted, then the whole, and nothing is left that opens it', async (t) => {
  const before = await storedKeys();
  const issued = await create();
  for (const key of ['A', 'B', 'C']) await set(issued, key, `of ${key}`);
  t.is((await call('DELETE', '/namespace/A', { headers: by(issued) })).status, 200);
  t.is((await call('DELETE', '/namespace/A', { headers: by(issued) })).status, 404);
  t.deepEqual(await read(issued), { B: 'of B', C: 'of C' });
  t.true((await storedKeys()).length > before.length);
  t.is((await call('DELETE', '/namespace', { headers: by(issued) })).status, 200);
  t.deepEqual(await storedKeys(), before);
  t.is(await read(issued), 'unauthorized');
});

test.serial('what was read a moment ago is not told again once it was written, disabled, deleted or not to be read any more', async (t) => {
  const issued = await create();
  const { namespace } = issued;
  const steps: ReadonlyArray<readonly [() => Promise<unknown>, Awaited<ReturnType<typeof read>>]> = [
    [() => set(issued, 'A', 'of A'), { A: 'of A' }],
    [() => set(issued, 'B', 'of B'), { A: 'of A', B: 'of B' }],
    [() => set(issued, 'A', 'of now'), { A: 'of now', B: 'of B' }],
    [() => admin({ operation: 'secret.disable', path: `${namespace}/A` }), { B: 'of B' }],
    [() => admin({ operation: 'secret.enable', path: `${namespace}/A` }), { A: 'of now', B: 'of B' }],
    [() => admin({ operation: 'namespace.rotate', namespace }), { A: 'of now', B: 'of B' }],
    [() => call('DELETE', '/namespace/B', { headers: by(issued) }), { A: 'of now' }],
    [() => revoke(issued), 'unauthorized'],
  ];
  for (const [step, then] of steps) t.deepEqual([await step().then(() => read(issued)), await read(issued)], [then, then]);
});

test.serial('whatever is wrong with a key, the refusal is the same, by every method', async (t) => {
  const [revoked, deleted] = [await create(), await create()];
  await revoke(revoked);
  await call('DELETE', '/namespace', { headers: by(deleted) });
  const unknown = { namespace: '', accessKey: `jlk_${'A'.repeat(43)}` };
  const nothing = { namespace: '', accessKey: 'x' };
  const recipient = { 'recipient-key': newBoxKey().publicKey };
  const answers = new Set<string>();
  for (const issued of [revoked, deleted, unknown, nothing])
    for (const [method, path, body] of [['GET', '/namespace'], ['POST', '/namespace', { key: 'A', value: 'b' }], ['DELETE', '/namespace/A'], ['DELETE', '/namespace']] as const) {
      const { status, body: said } = await call(method, path, { headers: { ...by(issued), ...recipient }, body });
      answers.add(`${status} ${fromUtf8(said)}`);
    }
  t.is(answers.size, 1);
  t.regex([...answers].join(), /^401 .*unauthorized/);
});

test.serial('a key opens its own namespace alone', async (t) => {
  const [one, other] = [await create({ namespace: 'own' }), await create({ namespace: 'own/deep' })];
  await set(one, 'KEY', 'of one');
  await set(other, 'KEY', 'of the other');
  t.deepEqual([await read(one), await read(other)], [{ KEY: 'of one' }, { KEY: 'of the other' }]);
  for (const key of ['../KEY', 'deep/KEY', '..', '%2e%2e', '']) t.is((await set(one, key, 'x')).status, 400, key);
  for (const path of ['/namespace/deep%2FKEY', '/namespace/..%2fown%2fdeep%2fKEY']) t.not((await call('DELETE', path, { headers: by(one) })).status, 200);
  t.deepEqual(await read(other), { KEY: 'of the other' });
});

test.serial('the same on NATS, one line in the audit log for each read, and none that holds a key', async (t) => {
  const issued = await create();
  for (const key of ['A', 'B']) await set(issued, key, `of ${key}`);
  const transport = natsTransport(await jetlock.connection(), subjects);
  const keys = serviceKeys({ transport, subjects, trust: { signer: jetlock.identity.servicePublicKey } });
  const session = newSession({ transport, keys, client: sure(ClientInfo, { name: 'test', version: '1' }) });
  const found = orThrow(await readNamespace({ session, subjects, accessKey: new Redacted(issued.accessKey) })());
  t.deepEqual([...found].map(([key, { value }]) => [key, fromUtf8(value.reveal())]), [['A', 'of A'], ['B', 'of B']] as never);
  t.true(isLeft(await readNamespace({ session, subjects, accessKey: new Redacted(`jlk_${'A'.repeat(43)}`) })()));
  await read(issued);
  const { jetstreamReader } = await import('../events/log/jetstream-reader.ts');
  const reads = (await linesOf({ log: jetstreamReader(await jetlock.connection(), { stream: subjects.stream }) as never, subjects })).filter(({ what, about }) => what === 'read' && about.namespace === issued.namespace);
  t.deepEqual(reads.map(({ who, about: { count }, outcome }) => [who?.kind, count, outcome]), Array.from({ length: 2 }, () => ['access key', 2, 'allowed']) as never);
});

test.serial('a program reads its namespace in one call, over HTTP and NATS, and believes no other service', async (t) => {
  const issued = await create();
  // More than fits into one answer.
  const values = Object.fromEntries(Array.from({ length: 6 }, (_, n) => [`KEY_${n}`, `${n}`.repeat(60_000)]));
  for (const [key, value] of Object.entries(values)) await set(issued, key, value);
  const { accessKey } = issued;
  const servicePublicKey = jetlock.identity.servicePublicKey;
  const texts = (found: Awaited<ReturnType<typeof readByPackage>>) => Object.fromEntries([...found].map(([key, { value }]) => [key, fromUtf8(value.reveal())]));
  const recipients: string[] = [];
  const fetched = (url: string, how: RequestInit) => {
    recipients.push(new Headers(how.headers).get('recipient-key') ?? '');
    return fetch(url, how);
  };
  t.deepEqual(texts(await readByPackage({ url: httpUrl, fetch: fetched, accessKey, servicePublicKey })), values);
  const pages = recipients.filter((recipient) => recipient !== '');
  t.true(pages.length > 1 && new Set(pages).size === 1, 'each new key costs the service an exchange');
  t.deepEqual(texts(await readByPackage({ nats: { servers: (await jetlock.connection()).getServer() }, accessKey, servicePublicKey })), values);
  const codeOf = (wrong: object) => readByPackage({ url: httpUrl, accessKey, servicePublicKey, ...wrong }).then(() => 'none', (error: unknown) => (error as JetlockError).code);
  t.is(await codeOf({ accessKey: `jlk_${'A'.repeat(43)}` }), 'unauthorized');
  t.is(await codeOf({ servicePublicKey: newSigningKey().publicKey }), 'distrusted');
  t.is(await codeOf({ url: 'http://127.0.0.1:1' }), 'unavailable');
  t.is(await codeOf({ accessKey: 'jlk_' }), 'argument');
});

test.serial('a shared secret is demanded of every call where there is one, and where there is none nobody else may reach the listener', async (t) => {
  const issued = await create();
  const restarted = orThrow(await jetlock.restart({ namespaces: { sharedSecret: new Redacted('hush'), keyInUrl: true } }));
  const url = restarted.httpUrl;
  const right = { 'jetlock-shared-secret': 'hush' };
  for (const headers of [{}, { 'jetlock-shared-secret': 'hus' }]) {
    t.is((await call('POST', '/namespaces', { url, headers, body: {} })).status, 401);
    t.is((await call('DELETE', '/namespace', { url, headers: { ...headers, ...by(issued) } })).status, 401);
  }
  t.is((await call('POST', '/namespaces', { url, headers: right, body: {} })).status, 201);
  // The form with the key in the URL.
  const path = `/namespaces/${issued.accessKey}`;
  t.is((await call('POST', path, { url, headers: right, body: { key: 'A', value: 'by URL' } })).status, 201);
  const got = await call('GET', path, { url, headers: { ...right, 'recipient-key': newBoxKey().publicKey } });
  t.is(got.status, 200);
  t.is((await call('DELETE', `${path}/A`, { url, headers: right })).status, 200);
  t.is((await call('GET', `${path}x`, { url, headers: right })).status, 405);
  const allowed = async (wrong: string) => (await fetch(`${url}${wrong}`, { method: 'PUT' })).headers.get('allow')?.split(', ').sort();
  t.deepEqual(await allowed(path), ['DELETE', 'GET', 'POST']);
  t.deepEqual(await allowed(`${path}/A`), ['DELETE']);
  t.deepEqual(await allowed(`${path}x`), ['DELETE']);
  t.is((await call('DELETE', path, { url, headers: right })).status, 200);
  const open = orThrow(await jetlock.restart({ http: { host: '0.0.0.0', port: 0 } }));
  const away = await call('POST', '/namespaces', { url: open.httpUrl.replace('0.0.0.0', '127.0.0.1'), body: {} });
  t.deepEqual([away.status, away.json.error?.code], [403, 'shared_secret']);
});

test.after('no access key was in any line of the log', (t) => {
  t.true(lines.length > 0);
  t.deepEqual(lines.filter((line) => /jlk_[\w-]{43}/.test(line)), []);
});
