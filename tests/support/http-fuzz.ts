/** Calls that nobody would make: every route with anything for its names, its query, its headers and its body. */
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import type { AdminIdentity } from '../../client/credential.ts';
import { newBoxKey } from '../../crypto/box.ts';
import type { Route } from '../../protocol/http/route.ts';
import { routes } from '../../protocol/http/routes.ts';
import { CALLERS, type CallerName, type Callers } from './fuzz-callers.ts';
import { answerOf, signedCall, type HttpAnswer } from './http.ts';
import { mismatch } from './openapi.ts';

/** `ACCESS_KEY` stands in the path for the access key that the caller `key` shows. */
export type Wild = { readonly method: string; readonly path: string; readonly caller: CallerName; readonly headers: Readonly<Record<string, string>>; readonly body: string | Uint8Array | undefined };

const ODD = ['', '.', '..', '../..', '%', '%00', '\0', 'a:b', 'a:b:c', ':', '__proto__', 'constructor', 'prod/shop/DB', 'prod/shop/', 'é\u202e', '𝟘', '\ud800', 'x'.repeat(3_000), '-1', '1e9', '9007199254740993', 'null', 'true', '{}'];
const word = fc.oneof(fc.constantFrom(...ODD), fc.string({ maxLength: 40, unit: 'binary' }));

/** Half of a surrogate pair has no encoding: something else stands for it. */
const encoded = (text: string): string => encodeURIComponent(Buffer.from(text).toString());
const segment = fc.oneof({ weight: 5, arbitrary: word.map(encoded) }, { weight: 1, arbitrary: fc.constantFrom('%', '%E0%A4%A', '%zz', '..%2f..', '%2e%2e', 'a%00b', 'a\\b') });

const ACCESS_KEY = '{accessKey}';
const keySegment = fc.oneof({ weight: 4, arbitrary: fc.constant(ACCESS_KEY) }, { weight: 1, arbitrary: fc.constantFrom(`jlk_${'A'.repeat(43)}`, 'jlk_', `${ACCESS_KEY}x`) }, { weight: 1, arbitrary: segment });
const named = fc.oneof({ weight: 1, arbitrary: fc.constantFrom('KEY', encodeURIComponent('fuzz/a/B')) }, { weight: 3, arbitrary: segment });

/** A parameter, with what its texts must fit if that is said behind it. */
const PARAMETER = /:\w+(?:\(\^[^)]*\$\))?|\*/g;
const pathOf = (route: Route): fc.Arbitrary<string> => {
  const names = [...(route.path.match(PARAMETER) ?? [])];
  return fc.tuple(...names.map((name) => (name.startsWith(':accessKey') ? keySegment : named))).map((values) => values.reduce((path, value, at) => path.replace(names[at] ?? '', () => value), route.path));
};

const known = [...new Set(routes.flatMap(({ fields }) => Object.keys(fields)))];
const queryString = fc
  .array(fc.tuple(fc.oneof(fc.constantFrom(...known), word), word), { maxLength: 3 })
  .map((pairs) => (pairs.length === 0 ? '' : `?${pairs.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&')}`));

const header = fc.constantFrom('', 'x', '0', '-1', 'null', 'a'.repeat(2_000), 'Bearer x', 'jetlock_session=x', 'http://evil.example');
const headers = fc.dictionary(fc.constantFrom('authorization', 'cookie', 'origin', 'accept', 'range', 'if-none-match', 'jetlock-access-key', 'jetlock-shared-secret', 'recipient-key', 'last-event-id', 'x-forwarded-for'), header, { maxKeys: 3 });
const media = fc.oneof({ weight: 3, arbitrary: fc.constant('application/json') }, { weight: 1, arbitrary: fc.constantFrom('application/json; charset=utf-8', 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/json; charset=utf-16', '') });

// Not every value has a text, whatever the type says.
const text = (value: unknown): string => [JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? Number(inner) : inner))].join('') || 'null';

/** Commands that may be carried out whatever comes of them, with one of their fields another one. */
const commandOf = (identity: AdminIdentity): fc.Arbitrary<unknown> => {
  const about = { path: 'fuzz/a/B', service: 'fuzz', target: 'fuzz/a/', seen: 0, reason: null, description: 'x', version: 1, duration: null, once: false, offline: null, namespace: 'fuzz/a', ifVersion: null };
  const operations = routes.flatMap((route) => (route.kind === 'signed' && /^(secret|access|namespace)\./.test(route.operation) ? [route.operation] : []));
  return fc.record({ operation: fc.constantFrom(...operations, 'nothing'), name: fc.constantFrom(...Object.keys(about)), value: fc.oneof(word, fc.anything({ maxDepth: 1 })) }).map(({ operation, name, value }) => signedCall(identity, { operation, ...about, [name]: JSON.parse(text(value)) as unknown }));
};

/** What those write who sign nothing, more or less. */
const unsigned = fc.oneof(
  fc.record({ key: fc.oneof(fc.constantFrom('KEY', 'MORE'), word), value: word, sealed: fc.constantFrom({}, null) }, { requiredKeys: ['key'] }),
  fc.record({ path: fc.oneof(fc.constant('fuzz/a/B'), word), value: word, ifVersion: fc.constantFrom(null, 0, -1) }, { requiredKeys: ['path'] }),
  fc.record({ namespace: word }),
  fc.record({ count: fc.constantFrom(1, 2, 0, -1, 101, '1') }),
);

const bodyOf = (identity: AdminIdentity, { body }: Route): fc.Arbitrary<Wild['body']> =>
  fc.oneof(
    { weight: body === null ? 6 : 1, arbitrary: fc.constant(undefined) },
    fc.uint8Array({ maxLength: 500 }),
    fc.json({ maxDepth: 3 }),
    fc.constantFrom('{', '[[[[', '{"__proto__":{"x":1}}', '"\\ud800"', '\ufeff{}', '1e400', '['.repeat(5_000)),
    commandOf(identity).map(text),
    { weight: 2, arbitrary: unsigned.map(text) },
  );

const METHODS = ['GET', 'POST', 'DELETE', 'PUT', 'PATCH', 'OPTIONS', 'HEAD'] as const;
/** Whom a route is for. */
const fitting = ({ kind, name }: Route): ReadonlyArray<CallerName> => {
  if (kind === 'access-key') return ['key'];
  if (kind === 'query' || kind === 'live') return ['session', 'auditor', 'writer'];
  return name === 'secret.write' ? ['session', 'writer'] : ['session'];
};

const RECIPIENT = newBoxKey().publicKey;

/** A call of one route, or of what looks like it. */
const wildCallOf = (identity: AdminIdentity, route: Route): fc.Arbitrary<Wild> =>
  fc
    .record({
      method: fc.oneof({ weight: 6, arbitrary: fc.constant(route.method) }, { weight: 1, arbitrary: fc.constantFrom(...METHODS) }),
      path: fc.oneof({ weight: 8, arbitrary: pathOf(route) }, { weight: 1, arbitrary: segment.map((one) => `/${one}`) }),
      query: fc.oneof({ weight: 1, arbitrary: fc.constant('') }, { weight: 1, arbitrary: queryString }),
      caller: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...fitting(route)) }, { weight: 2, arbitrary: fc.constantFrom(...CALLERS) }),
      ...{ headers, media, body: bodyOf(identity, route) },
    })
    .map(({ method, path, query, caller, headers: some, media: type, body }) => ({
      ...{ method, path: `${path}${query}`, caller },
      body: method === 'GET' || method === 'HEAD' ? undefined : body,
      headers: { 'recipient-key': RECIPIENT, ...some, ...(body === undefined || type === '' ? {} : { 'content-type': type }) },
    }));

export const wildCall = (identity: AdminIdentity): fc.Arbitrary<Wild> => fc.constantFrom(...routes).chain((route) => wildCallOf(identity, route));

/** One of each route, by its own method and whom it is for. */
export const callOfEach = (identity: AdminIdentity): ReadonlyArray<Wild> =>
  routes.flatMap((route) =>
    fc.sample(fc.tuple(wildCallOf(identity, route), pathOf(route), fc.constantFrom(...fitting(route))), 1).map(([wild, path, caller]) => ({ ...wild, path, caller, method: route.method, body: route.method === 'GET' ? undefined : wild.body })),
  );

const INTERNALS = /node_modules|\.ts\b|\n\s+at |TypeError|RangeError|SyntaxError|FST_|sodium|nats:|fastify/;
const TELLING = ['unavailable', 'behind', 'running', 'unknown_outcome'];

const complaint = (method: string, path: string, answer: HttpAnswer): string | undefined => {
  const { status, text: said, error } = answer;
  if (status >= 500 && !(status === 503 && TELLING.includes(error?.code ?? ''))) return `${status}: ${said.slice(0, 200)}`;
  // The description of the API is made of the names of things; pages are files.
  if (!/^\/(openapi|console|metrics)/.test(path) && INTERNALS.test(said)) return `the inside: ${said.slice(0, 200)}`;
  return mismatch(method, path, answer);
};

/** Of an answer that may go on, its first bytes. */
const GOES_ON = /^(text\/event-stream|application\/x-ndjson|text\/csv)/;
const firstOf = async (response: Response): Promise<HttpAnswer> => {
  const reader = response.body?.getReader();
  const bytes = (await reader?.read())?.value as Uint8Array | undefined;
  await reader?.cancel();
  return { status: response.status, headers: response.headers, text: Buffer.from(bytes ?? []).toString(), json: undefined, error: undefined };
};

const sent = async (url: URL, init: RequestInit): Promise<HttpAnswer> => {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(60_000) });
  return GOES_ON.test(response.headers.get('content-type') ?? '') ? firstOf(response) : answerOf(response);
};

/** Who is nobody has so many failures each second, and what shows an access key is counted with them: asked once more after the second that is told. */
const sentInTurn = async (url: URL, init: RequestInit): Promise<HttpAnswer> => {
  const answer = await sent(url, init);
  if (answer.status !== 429) return answer;
  await delay(1_000);
  return sent(url, init);
};

const endsWhatLetIn = ({ method, path }: Wild, { status, error }: HttpAnswer): boolean =>
  (method === 'DELETE' && status < 300) || (error?.code === 'unauthorized' && /^\/(namespace|session)/.test(path));

/** What is wrong with the answer to a call; undefined if nothing is. Rejects if there is none in time. */
export const tryCall = async (base: string, callers: Callers, wild: Wild): Promise<string | undefined> => {
  const { method, path, caller, headers: more, body } = wild;
  const headersSent = { ...more, ...(await callers.headersOf(caller)) };
  const url = new URL(`${base}${path.includes(ACCESS_KEY) ? path.replaceAll(ACCESS_KEY, await callers.accessKey()) : path}`);
  const answer = await sentInTurn(url, { method, headers: headersSent, redirect: 'manual', ...(body === undefined ? {} : { body }) });
  if (endsWhatLetIn(wild, answer)) for (const name of ['session', 'key'] as const) if (caller === name || (name === 'key' && path.includes(ACCESS_KEY))) callers.forget(name);
  // What was asked in the end: two dots go up by one segment before anything is sent.
  return complaint(method, `${url.pathname}${url.search}`, answer);
};

/** Any bytes on a bare connection: what comes back is an answer to a wrong call, or nothing. */
export const tryBytes = (base: string, bytes: Uint8Array): Promise<string | undefined> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(base);
    let said = '';
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.end(bytes));
    socket.setEncoding('latin1').setTimeout(60_000, () => reject(new Error('no end'))).on('data', (data: string) => (said += data)).on('error', () => resolve(undefined));
    socket.on('close', () => resolve(said === '' || /^HTTP\/1\.1 [1-4]\d\d /.test(said) ? undefined : said.slice(0, 200)));
  });

export const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.tuple(fc.constantFrom('GET', 'POST', 'BREW', ''), fc.string({ maxLength: 50, unit: 'binary' }), fc.array(fc.string({ maxLength: 30 }), { maxLength: 5 })).map(([method, path, lines]) => Buffer.from(`${method} /${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)),
);
