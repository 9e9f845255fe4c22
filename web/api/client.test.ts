import test from 'ava';
import { fromBase64, toBase64 as sodiumBase64, utf8 } from '../../crypto/bytes.ts';
import { openText, newBoxKey, sharedKey } from '../../crypto/box.ts';
import { isAccessKey, isApiToken, tokenDigest } from '../../crypto/credential.ts';
import { valueDigest } from '../../crypto/hash.ts';
import { Redacted } from '../../crypto/redacted.ts';
import { boxKeyBytes, newSigningKey, sign, statementBytes, verify } from '../../crypto/sign.ts';
import { Statement } from '../../events/record.ts';
import { AdminName, Fingerprint, Id, SecretPath, Sequence, sure, type Instant } from '../../events/vocabulary.ts';
import { adminClient } from '../../client/admin.ts';
import { serviceKeys } from '../../client/keys.ts';
import { routes } from '../../protocol/http/routes.ts';
import type { SessionView } from '../../protocol/http/session.ts';
import { namedBy } from '../../protocol/http/text.ts';
import type { ServiceKeys } from '../../protocol/wire.ts';
import { clientInfo, fakeService, subjects } from '../../tests/support/fake-service.ts';
import { toBase64 } from './base64.ts';
import { newAccessKey, newApiToken } from './bearer.ts';
import { newBrowserKey, type BrowserKey } from './browser-key.ts';
import { makeClient } from './client.ts';
import { ApiError, asApiError } from './failure.ts';
import { makeHttp, searchOf } from './http.ts';
import type { Identity, IdentityStore } from './identity.ts';
import { makeLive, topicsIn, type Topic } from './live.ts';
import { routeOf, type ConsoleCommand } from './routes.ts';
import { sealable } from './seal.ts';
import { makeSession } from './session.ts';
import { signCommand } from './statement.ts';

const PATH = sure(SecretPath, 'prod/shop/DB.PASSWORD');
const DISABLE = { operation: 'secret.disable', path: PATH } as const;
const keyring = toBase64(new Uint8Array(16)) as Id;
const service = newSigningKey();
const identityOf = (key: BrowserKey): Identity => ({ admin: sure(AdminName, 'ada'), keyring, signer: service.publicKey, key, seen: sure(Sequence, 4) });
const ofLibsodium = (): BrowserKey => {
  const { publicKey, secretKey } = newSigningKey();
  return { kind: 'libsodium', publicKey, secretKey: secretKey.reveal() };
};
const REFUSAL = { code: 'unauthorized', message: 'nobody is signed in', hint: 'sign in', retryable: false, detail: null };
const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });

/** What is asked of a service whose answers are given one after the other. */
const asked = (...answers: ReadonlyArray<Response | Error>) => {
  const calls: Array<{ readonly url: string; readonly init: RequestInit }> = [];
  const fetch = (url: string, init: RequestInit) => {
    calls.push({ url, init });
    const answer = answers[calls.length - 1];
    return answer instanceof Response ? Promise.resolve(answer) : Promise.reject(answer ?? new TypeError('gone'));
  };
  return { calls, fetch: fetch as typeof globalThis.fetch };
};
const httpOf = (fetch: typeof globalThis.fetch, signInAgain = () => Promise.resolve(false)) => makeHttp({ baseUrl: '', fetch, csrf: () => 'token', signInAgain });

test('base64 of the browser is that of the wire', (t) => {
  for (const length of [0, 1, 2, 3, 31, 32, 64]) {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 37 + 250) % 256);
    t.is(toBase64(bytes), sodiumBase64(bytes));
  }
});

for (const [kind, make] of [['browser', newBrowserKey], ['libsodium', () => Promise.resolve(ofLibsodium())]] as const) {
  test(`a key of ${kind} signs the very bytes that the command line signs`, async (t) => {
    const key = await make();
    t.is(key.kind, kind);
    const { statement, key: publicKey, signature } = await signCommand(identityOf(key), DISABLE);
    t.is(publicKey, key.publicKey);
    t.true(verify(statementBytes(statement), signature, publicKey));
    t.like(sure(Statement, JSON.parse(statement)), { v: 1, keyring, admin: 'ada', command: DISABLE });
    if (key.kind === 'browser') t.false(key.secretKey.extractable);
  });
}

test('a statement of the browser is letter by letter that of the command line, but for its id and time', async (t) => {
  const there = fakeService(Date.now);
  there.script.answer = () => ({ result: { changed: true, seq: 7, version: 1, note: null } });
  const keys = serviceKeys({ transport: there.transport, subjects, trust: { signer: there.signer.publicKey } });
  const pair = newSigningKey();
  const identity = { admin: sure(AdminName, 'ada'), keyring: there.keyring, servicePublicKey: there.signer.publicKey, ...pair };
  const admin = adminClient({ transport: there.transport, subjects, keys, identity, client: clientInfo });
  await admin.command(DISABLE)();
  admin.close();
  const typed = there.seen[0]!.request.body;
  const { id } = JSON.parse(typed) as { readonly id: Id };
  const { statement } = await signCommand({ ...identityOf(ofLibsodium()), keyring: there.keyring }, DISABLE, id);
  const withoutTime = (text: string) => text.replace(/"at":\d+/, '"at":0');
  t.is(withoutTime(statement), withoutTime(typed));
});

const commands: ReadonlyArray<ConsoleCommand> = [
  DISABLE,
  { operation: 'secret.delete', path: PATH },
  { operation: 'service.approve', service: 'shop' as never, fingerprint: sure(Fingerprint, 'gajb8-yah2-wejh-mgyg-56j5-68jd1'), seen: 3 as never },
  { operation: 'access.revoke', service: 'shop' as never, target: 'prod/shop/' as never, seen: 3 as never, reason: null },
  { operation: 'access.grant', service: 'shop' as never, target: 'prod/shop/' as never, seen: 3 as never, reason: null, duration: null, once: true, offline: null },
  { operation: 'admin.logout', admin: sure(AdminName, 'ada') },
  { operation: 'key.rotate', purposes: [] },
  { operation: 'namespace.access-key.revoke', namespace: 'prod/shop' as never, key: keyring },
];
for (const command of commands) {
  test(`the service has a route for ${command.operation} where the console sends it`, (t) => {
    const [method, path] = routeOf(command);
    const found = routes.find((route) => {
      const pattern = new RegExp(`^${route.path.replace(/:\w+/g, '([^/]+)')}$`);
      const values = pattern.exec(path)?.slice(1);
      if (values === undefined || route.method !== method || route.kind !== 'signed' || route.operation !== command.operation) return false;
      const names = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name!);
      const named = namedBy(route.params, Object.fromEntries(names.map((name, at) => [name, decodeURIComponent(values[at]!)])));
      return Object.entries(named ?? { none: '' }).every(([name, value]) => (command as unknown as Record<string, unknown>)[name] === value);
    });
    t.truthy(found, `${method} ${path}`);
  });
}

const keysFor = (signer = service): { readonly keys: ServiceKeys; readonly mine: ReturnType<typeof newBoxKey> } => {
  const mine = newBoxKey();
  const now = Date.now();
  const claim = { keyring, kid: keyring, key: mine.publicKey, notBefore: (now - 1_000) as Instant, notAfter: (now + 60_000) as Instant };
  return { keys: { v: 1, ...claim, signer: signer.publicKey, signature: sign(boxKeyBytes(claim), signer.secretKey), chain: [] }, mine };
};

test('a value is sealed to the service, tied to its statement, and matches the digest that is signed', async (t) => {
  const { keys, mine } = keysFor();
  const { digest, seal } = await sealable(utf8('canary value'), keys, service.publicKey);
  const { from, nonce, box } = seal(keyring);
  const opened = JSON.parse(openText(sharedKey(from, mine.secretKey) ?? new Redacted(new Uint8Array(32)), { nonce, box }) ?? '{}') as Record<string, string>;
  t.like(opened, { v: 1, type: 'value', statement: keyring });
  t.deepEqual(fromBase64(opened['value']!), utf8('canary value'));
  t.is(valueDigest(fromBase64(opened['salt']!), utf8('canary value')), digest);
});

test('a value is sealed to no key that somebody else signed, or nobody, or that is over', async (t) => {
  const other = keysFor(newSigningKey()).keys;
  const { keys } = keysFor();
  for (const wrong of [other, { ...keys, signature: other.signature }, { ...keys, notAfter: (Date.now() - 1) as Instant }])
    t.is((await t.throwsAsync(sealable(utf8('x'), wrong, service.publicKey), { instanceOf: ApiError })).code, 'distrusted');
});

test('a query says only what was asked, a change carries the CSRF token', async (t) => {
  const { calls, fetch } = asked(json(200, { items: [] }), json(200, {}));
  const http = httpOf(fetch);
  await http.get('/secrets', { search: 'a b', prefix: '', status: null, limit: 5 });
  await http.send('POST', '/secrets', { statement: 's' });
  t.deepEqual(calls.map(({ url }) => url), ['/secrets?search=a+b&limit=5', '/secrets']);
  t.deepEqual(calls.map(({ init }) => (init.headers as Record<string, string>)['jetlock-csrf']), [undefined, 'token']);
  t.is(searchOf({ a: undefined }), '');
});

test('a refusal is told as it came, and what is none of ours is told as that', async (t) => {
  const { fetch } = asked(json(409, { error: { ...REFUSAL, code: 'changed', detail: 'prod/a' } }), new Response('<html>', { status: 502 }), new TypeError('gone'));
  const http = httpOf(fetch);
  const failures = [];
  for (let at = 0; at < 3; at += 1) failures.push(asApiError(await t.throwsAsync(http.get('/inbox'))));
  t.deepEqual(failures.map(({ code, status }) => [code, status]), [['changed', 409], ['not_understood', 502], ['no_answer', 0]]);
  t.is(failures[0]?.detail, 'prod/a');
});

test('a call that finds the session over is made once more after signing in, and only once', async (t) => {
  const { calls, fetch } = asked(json(401, { error: REFUSAL }), json(200, { items: [1] }), json(401, { error: REFUSAL }), json(401, { error: REFUSAL }));
  const http = httpOf(fetch, () => Promise.resolve(true));
  t.deepEqual(await http.get('/inbox'), { items: [1] });
  await t.throwsAsync(http.get('/inbox'), { instanceOf: ApiError });
  t.is(calls.length, 4);
});

test('a wrong signature is no reason to sign in again', async (t) => {
  const { calls, fetch } = asked(json(401, { error: { ...REFUSAL, code: 'outdated' } }));
  await t.throwsAsync(httpOf(fetch, () => Promise.resolve(true)).send('POST', '/secrets', {}));
  t.is(calls.length, 1);
});

const sessionOf = ({ publicKey: key }: BrowserKey) => ({ admin: 'ada', role: 'admin', key, csrf: 'c', idleUntil: 1, until: 2, loggedOut: 7, keyring }) as SessionView;

/** A browser's database with a key in it. */
const storeOf = (key: BrowserKey): IdentityStore & { kept?: Identity } => {
  const store: IdentityStore & { kept?: Identity } = {
    kept: identityOf(key),
    load: () => Promise.resolve(store.kept),
    save: async (identity) => void (store.kept = identity),
    forget: async () => {
      delete store.kept;
    },
  };
  return store;
};

test('a browser that is enrolled signs in by its key; after a logout, here or everywhere, only because a person asks', async (t) => {
  const key = await newBrowserKey();
  const view = sessionOf(key);
  const over = () => json(401, { error: REFUSAL });
  const { calls, fetch } = asked(over(), json(200, view), json(200, { ended: true }), over(), json(200, view), over());
  const store = storeOf(key);
  const session = makeSession({ http: () => httpOf(fetch), store, origin: 'https://jetlock.test' });
  const signed = (at: number) => JSON.parse((JSON.parse(calls[at]!.init.body as string) as { readonly statement: string }).statement) as object;
  t.true(await session.resume());
  t.like(signed(1), { admin: 'ada', command: { operation: 'session.open', origin: 'https://jetlock.test', seen: 4 } });
  t.like(session.state.value, { status: 'open', session: { admin: 'ada' } });
  await session.end();
  t.false(await session.resume());
  t.deepEqual(session.state.value, { status: 'none', why: 'logged-out' });
  t.is(calls.length, 4);
  t.true(await session.signIn());
  t.like(signed(4), { command: { seen: null } });
  t.is(store.kept?.seen, sure(Sequence, 7));
  t.false(await session.signInAgain());
  t.like(signed(5), { command: { seen: 7 } });
  t.deepEqual(session.state.value, { status: 'none', why: 'everywhere' });
});

test('it is known why nobody is signed in', async (t) => {
  const whyAfter = async (status: number, code: string, store: IdentityStore = storeOf(ofLibsodium())) => {
    const refused = () => json(status, { error: { ...REFUSAL, code } });
    const { fetch } = asked(json(401, { error: REFUSAL }), refused());
    const session = makeSession({ http: () => httpOf(fetch), store, origin: 'https://jetlock.test' });
    await session.resume();
    const { value } = session.state;
    return value.status === 'none' ? value.why : value.status;
  };
  t.is(await whyAfter(401, 'signature'), 'key');
  t.is(await whyAfter(401, 'unauthorized'), 'everywhere');
  t.like(await whyAfter(401, 'outdated'), { code: 'outdated' });
  t.is(await whyAfter(401, 'unauthorized', { ...storeOf(ofLibsodium()), load: () => Promise.resolve(undefined) }), 'unknown-browser');
  await t.throwsAsync(whyAfter(503, 'unavailable'), { instanceOf: ApiError }, 'then it is not known whether anybody is');
});

test('what is made in the browser lets in by the digest that the service is sent', async (t) => {
  for (const [make, isOne] of [[newAccessKey, isAccessKey], [newApiToken, isApiToken]] as const) {
    const { id, text, digest } = await make();
    t.true(isOne(text) && Id.is(id));
    t.is(digest, tokenDigest(text));
    t.not((await make()).text, text);
  }
});

test('a command whose answer was lost is given again as it was; not where the service is busy, and no value that is too large', async (t) => {
  Object.defineProperty(globalThis, 'location', { value: { origin: 'https://jetlock.test' } });
  const key = await newBrowserKey();
  const view = sessionOf(key);
  const refused = (code: string) => json(503, { error: { ...REFUSAL, code, retryable: true } });
  const { calls, fetch } = asked(json(200, view), refused('unavailable'), json(200, { changed: true, seq: 9 }), refused('busy'));
  const client = makeClient({ fetch, store: storeOf(key) });
  await t.throwsAsync(client.command(DISABLE), { instanceOf: ApiError });
  t.true(await client.session.resume());
  t.like(await client.command(DISABLE), { changed: true });
  t.is(calls[1]?.init.body, calls[2]?.init.body);
  t.is((await t.throwsAsync(client.command(DISABLE), { instanceOf: ApiError })).code, 'busy');
  t.is((await t.throwsAsync(client.write({ path: PATH, value: new Uint8Array(65_537), description: null, ifVersion: null }), { instanceOf: ApiError })).code, 'too_large');
  t.is(calls.length, 4);
});

test('what changed is asked again, and everything after a loss', (t) => {
  const told: Topic[] = [];
  const listeners = new Map<string, (event: MessageEvent) => void>();
  const source = { close: () => undefined, readyState: 0, onopen: null, onerror: null, addEventListener: (name: string, does: never) => listeners.set(name, does) };
  const live = makeLive({ url: '/events', onChange: (topic) => told.push(topic), onRefused: () => Promise.resolve(), open: () => source as never });
  const event = (name: 'onopen' | 'onerror') => (source[name] as unknown as () => void)();
  live.start();
  event('onopen');
  listeners.get('change')?.({ data: JSON.stringify({ seq: 1, inbox: [{}], catalogue: [], audit: [] }) } as MessageEvent);
  t.deepEqual(told.splice(0), ['inbox']);
  t.is(live.lostAt.value, undefined);
  event('onerror');
  event('onerror');
  t.is(live.state.value, 'lost');
  t.true(Math.abs(Date.now() - (live.lostAt.value ?? 0)) < 60_000);
  t.deepEqual(told.splice(0), ['inbox', 'catalogue', 'audit'], 'at a loss once, however often it is tried');
  event('onopen');
  t.is(live.state.value, 'live');
  t.is(live.lostAt.value, undefined);
  t.deepEqual(told, ['inbox', 'catalogue', 'audit']);
  t.deepEqual(topicsIn('not JSON'), ['inbox', 'catalogue', 'audit']);
  live.stop();
});
