/** The HTTP door of a real service: the same operations by the same code as on NATS. */
import { request, type RequestOptions } from 'node:https';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import test from 'ava';
import { isLeft } from 'fp-ts/lib/Either.js';
import { toBase64, utf8 } from '../crypto/bytes.ts';
import { publicKeyFingerprint } from '../crypto/fingerprint.ts';
import { newSalt, valueDigest } from '../crypto/hash.ts';
import { described } from '../codegen/openapi.ts';
import type { Route } from '../protocol/http/route.ts';
import { routes } from '../protocol/http/routes.ts';
import type { ServiceKeys } from '../protocol/wire.ts';
import { answerOf, sealedWrite, signedCall, testAuth } from './support/http.ts';
import { orThrow, startJetlock } from './support/jetlock.ts';
import { asDescribed, document, type Document } from './support/openapi.ts';
import { until } from './support/latch.ts';
import { eventually } from './support/poll.ts';
import { stepsOf } from './support/steps.ts';
import { TEST_TLS } from './support/tls.ts';

const { auth, known } = testAuth();
const logs: string[] = [];
const jetlock = await startJetlock({ auth, logLevel: 'info', logTo: { write: (line) => void logs.push(line) } });
const { identity } = jetlock;
const { write, approved, grant } = stepsOf(jetlock);
known.set('alice', { kind: 'session', admin: identity.admin, role: 'admin', key: identity.publicKey, csrf: 'c' });
test.after.always(() => jetlock.stop());

const url = (path: string): string => `${jetlock.service().httpUrl}${path}`;
const ALICE = { 'test-caller': 'alice', 'jetlock-csrf': 'c' };
/** Every answer of this file is one that the description of the API tells of. */
const call = async (method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = ALICE) => {
  const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
  return asDescribed(method, path, await answerOf(await fetch(url(path), { method, headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }, ...sent })));
};
const get = (path: string) => call('GET', path);
const segment = encodeURIComponent;

test.serial('queries answer what they answer on NATS', async (t) => {
  await write('http/app/DB', 'v1');
  const listed = await get('/secrets?prefix=http/app/');
  t.is(listed.status, 200);
  t.like(listed.json, { items: [{ path: 'http/app/DB', version: 1 }] });
  t.like((await get(`/secrets/${segment('http/app/DB')}`)).json, { secret: { path: 'http/app/DB' }, usage: [] });
  t.like((await get(`/secrets/${segment('http/app/NONE')}`)).error, { code: 'not_found' });
});

test.serial('a signed call is carried out; without a session, its token or its signature it is not', async (t) => {
  await write('http/signed/DB', 'v1');
  const path = `/secrets/${segment('http/signed/DB')}/disable`;
  const signed = () => signedCall(identity, { operation: 'secret.disable', path: 'http/signed/DB' });
  t.like(await call('POST', path, signed(), {}), { status: 401, error: { code: 'unauthorized' } });
  t.like(await call('POST', path, signed(), { 'test-caller': 'alice' }), { status: 403, error: { code: 'csrf' } });
  t.like(await call('POST', path, { ...signed(), statement: signed().statement }), { status: 401, error: { code: 'signature' } });
  t.like(await call('POST', `/secrets/${segment('http/signed/OTHER')}/disable`, signed()), { status: 400, error: { code: 'malformed' } });
  t.like(await call('POST', `/secrets/${segment('http/signed/DB')}/enable`, signed()), { status: 400, error: { code: 'malformed' } });
  t.like((await get(`/secrets/${segment('http/signed/DB')}`)).json, { secret: { status: 'live' } });
  t.like(await call('POST', path, signed()), { status: 200, json: { changed: true } });
  t.like((await get(`/secrets/${segment('http/signed/DB')}`)).json, { secret: { status: 'disabled' } });
});

test.serial('a value is written sealed, or enclosed from the machine itself, and read by a service', async (t) => {
  const keys = (await get('/keys')).json as ServiceKeys;
  t.like(await call('POST', '/secrets', sealedWrite(identity, keys, 'http/values/SEALED', utf8('sealed'))), { status: 200, json: { version: 1 } });
  const salt = newSalt();
  const value = utf8('enclosed');
  const command = { operation: 'secret.write', path: 'http/values/ENCLOSED', digest: valueDigest(salt, value), description: null, ifVersion: null };
  t.like(await call('POST', '/secrets', { ...signedCall(identity, command), enclosed: { value: toBase64(value), salt: toBase64(salt) } }), { status: 200, json: { version: 1 } });
  const client = await approved('http-values');
  await grant('http-values', 'http/values/');
  t.is((await client.get('http/values/SEALED')).text(), 'sealed');
  t.is((await client.get('http/values/ENCLOSED')).text(), 'enclosed');
  const moved = sealedWrite(identity, keys, 'http/values/MOVED', utf8('a'));
  t.like(await call('POST', '/secrets', { ...moved, sealed: sealedWrite(identity, keys, 'http/values/MOVED', utf8('a')).sealed }), { status: 400, error: { code: 'malformed' } });
});

/** A route's path with something for each of its names. */
const filled = ({ path, params }: Route): string =>
  Object.entries(params).reduce((all, [name, names]) => all.replace(`:${name}`, segment(names.map((one) => EXAMPLES[one] ?? 'x').join(':'))), path);
const EXAMPLES: Readonly<Record<string, string>> = {
  path: 'http/all/DB',
  target: 'http/all/DB',
  namespace: 'http/all',
  service: 'http-all',
  admin: 'alice',
  fingerprint: publicKeyFingerprint(identity.publicKey),
};

test.serial('every query is answered as the description of the API says', async (t) => {
  await write('http/all/DB', 'v1');
  await grant('http-all', 'http/all/DB');
  await (await approved('http-all')).get('http/all/DB');
  const queries = routes.filter(({ kind }) => kind === 'query');
  t.true(queries.length >= 8);
  for (const route of queries) t.is((await get(filled(route))).status, 200, route.name);
});

test.serial('every route refuses who is nobody, or what is nothing, as the description of the API says', async (t) => {
  // Without a shared secret anyone may make a namespace of their own.
  const calls = routes.filter(({ kind, name }) => kind !== 'page' && kind !== 'open' && name !== 'namespace.create');
  for (const route of calls) {
    const answer = await call(route.method, filled(route), route.method === 'GET' ? undefined : {}, {});
    // What is sealed is refused as on NATS.
    if (route.kind === 'sealed') t.like(answer, { status: 200, json: { refusal: { code: 'malformed' } } });
    else t.true(answer.status >= 400 && answer.status < 500, `${route.name}: ${answer.status}`);
    if (route.ways.length > 0 && route.ways.every((way) => way.length > 0)) t.is(answer.error?.code, 'unauthorized', route.name);
  }
});

test.serial('the description of the API is whole', async (t) => {
  const told = (await get('/openapi.json')).json as Document;
  t.deepEqual(told, document);
  const text = JSON.stringify(told);
  const references = new Set([...text.matchAll(/"#\/components\/(\w+)\/(\w+)"/g)].map(([, kind = '', name = '']) => `${kind}/${name}`));
  const named = Object.entries(told.components).flatMap(([kind, all]) => Object.keys(all).map((name) => `${kind}/${name}`));
  t.deepEqual([...references].filter((reference) => !named.includes(reference)), []);
  t.deepEqual(told.paths['/namespaces']?.['post']?.security, [{}, { sharedSecret: [] }]);
  t.deepEqual(told.paths['/namespace']?.['get']?.parameters?.filter((one) => one.in === 'header').map(({ name, required }) => [name, required]), [['Recipient-Key', true], ['Jetlock-Request', false]]);
  t.deepEqual(['/namespaces', '/namespaces/bulk'].map((path) => told.paths[path]?.['post']?.requestBody?.required), [false, true]);
  const operations = Object.values(told.paths).flatMap((methods) => Object.values(methods));
  t.is(operations.length, described.length);
  t.is(new Set(operations.map(({ operationId }) => operationId)).size, operations.length);
  for (const [template, methods] of Object.entries(told.paths))
    for (const { operationId, parameters = [] } of Object.values(methods))
      t.deepEqual(parameters.filter((one) => one.in === 'path').map(({ name }) => `{${name}}`).sort(), [...(template.match(/\{\w+\}/g) ?? [])].sort(), operationId);
});

/** One exchange on a bare connection, for what no client would send. */
const raw = (lines: string): Promise<string> => until(rawAnswer(lines), 60_000, 'the end of the connection');

const rawAnswer = (lines: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(jetlock.service().httpUrl);
    let text = '';
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(lines));
    socket.setEncoding('latin1').on('data', (data: string) => (text += data)).on('end', () => resolve(text)).on('error', reject);
  });

/** By the test's own certificate, whatever name it is called by. */
const overTls = (to: RequestOptions, body: string): Promise<{ readonly status: number | undefined; readonly security: string | undefined }> =>
  new Promise((resolve, reject) => {
    const options = { ...to, ca: TEST_TLS.cert, checkServerIdentity: () => undefined, agent: false, headers: { ...ALICE, 'content-type': 'application/json' } } as const;
    request(options, (answer) => answer.resume().on('end', () => resolve({ status: answer.statusCode, security: answer.headers['strict-transport-security'] }))).on('error', reject).end(body);
  });

const SHAPE = ['code', 'detail', 'hint', 'message', 'retryable'];

test.serial('whatever is wrong with a call is told in one shape, and nothing of it is repeated', async (t) => {
  const CANARY = 'canary-7f3a';
  const wrong = {
    404: await get(`/${CANARY}`),
    405: await call('PUT', '/secrets', CANARY),
    415: asDescribed('POST', '/get', await answerOf(await fetch(url('/get'), { method: 'POST', body: CANARY, headers: { 'content-type': 'text/plain' } }))),
    413: await call('POST', '/secrets', `"${CANARY.repeat(60_000)}"`),
    400: await call('POST', '/secrets', `{"statement":{"${CANARY}":1}}`),
  };
  for (const [status, answer] of Object.entries(wrong)) {
    t.is(answer.status, Number(status));
    t.deepEqual(Object.keys(answer.error ?? {}).sort(), SHAPE, status);
    t.false(answer.text.includes(CANARY), status);
    t.is(answer.headers.get('cache-control'), 'no-store');
  }
  t.is(wrong[405].headers.get('allow'), 'GET, POST');
  t.regex(wrong[400].error?.detail ?? '', /^statement: expected string/);
  t.regex((await get('/secrets?prefix=a&prefix=b')).error?.detail ?? '', /expected each once, of prefix/);
  t.regex((await get(`/secrets?${CANARY}=1`)).error?.detail ?? '', /expected each once, of prefix/);
  t.like(await get('/secrets/no-path'), { status: 400, error: { detail: 'path: expected SecretPath' } });
  t.like(await get(`/service-tokens/${segment('no fingerprint')}/approve`), { status: 405 });
});

test.serial('what is no HTTP is answered all the same', async (t) => {
  for (const [lines, status] of [
    ['GET /%E0%A4%A HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n', 400],
    [`GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, 431],
    ['NONSENSE\r\n\r\n', 400],
    ['POST /get HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n', 400],
  ] as const) {
    const text = await raw(lines);
    t.true(text.startsWith(`HTTP/1.1 ${status} `), text.slice(0, 200));
    t.deepEqual(Object.keys((JSON.parse(text.slice(text.indexOf('{'))) as { error: object }).error).sort(), SHAPE);
  }
});

test.serial('who is nobody is turned away before a body is taken, and who may be nobody sends a small one', async (t) => {
  const head = (method: string, path: string) => `${method} ${path} HTTP/1.1\r\nhost: ${new URL(jetlock.service().httpUrl).host}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: 500000\r\n\r\n`;
  const isForKnown = ({ kind, name, method }: Route): boolean => method !== 'GET' && (kind === 'signed' || (kind === 'access-key' && !/create|bulk|by-url/.test(name)));
  for (const route of routes.filter(isForKnown)) t.regex(await raw(head(route.method, filled(route))), /^HTTP\/1.1 401 /, route.name);
  t.regex(await raw(head('POST', '/nowhere')), /^HTTP\/1.1 404 /);
  for (const path of ['/enrolments', '/session', '/namespaces', '/namespaces/bulk']) {
    t.regex(await raw(head('POST', path)), /^HTTP\/1.1 413 /, path);
    t.like(await call('POST', path, JSON.stringify('x'.repeat(17_000)), {}), { status: 413 }, path);
  }
  t.is((await fetch(url('/secrets'), { method: 'HEAD' })).status, 401);
});

test.serial('the log tells who called which route with what outcome, and nothing of the URL', async (t) => {
  const CANARY = 'canary-93c1';
  await get(`/secrets/${segment(`http/${CANARY}/X`)}`);
  await call('GET', `/${CANARY}?${CANARY}=1`, undefined, { authorization: `Bearer ${CANARY}` });
  const lines = await eventually(() => {
    const found = logs.filter((line) => line.includes('"message":"http"')).map((line) => JSON.parse(line) as { readonly route: string | null });
    return found.some(({ route }) => route === null) && found.some(({ route }) => route === '/secrets/:id') ? found : undefined;
  }, 30_000, 'lines of the log');
  t.like(lines.find(({ route }) => route === '/secrets/:id'), { level: 'info', caller: 'admin alice', method: 'GET' });
  t.like(lines.findLast(({ route }) => route === null), { caller: null, status: 404 });
  t.false(logs.some((line) => line.includes(CANARY)));
});

/** The last of this file: the service listens otherwise then. */
test.serial('over TLS a plaintext value comes from anywhere, without it from the machine itself alone', async (t) => {
  const outside = Object.values(networkInterfaces()).flat().find((one) => one?.internal === false && one.family === 'IPv4')?.address;
  const enclosed = () => {
    const [salt, value] = [newSalt(), utf8('enclosed')];
    const command = { operation: 'secret.write', path: 'http/tls/ENCLOSED', digest: valueDigest(salt, value), description: null, ifVersion: null };
    return { ...signedCall(identity, command), enclosed: { value: toBase64(value), salt: toBase64(salt) } };
  };
  const warnings = () => logs.filter((line) => line.includes('"level":"warn"') && line.includes('"host":"0.0.0.0","message":"HTTP without TLS')).length;
  t.is(warnings(), 0);
  orThrow(await jetlock.restart({ http: { host: '0.0.0.0', port: 0 } }));
  t.is(warnings(), 1);
  if (outside === undefined) t.log('this machine has no address but its own: from another one nothing was sent');
  else {
    const sent = (headers: Readonly<Record<string, string>>) =>
      fetch(`http://${outside}:${new URL(jetlock.service().httpUrl).port}/secrets`, { method: 'POST', headers: { ...ALICE, 'content-type': 'application/json', ...headers }, body: JSON.stringify(enclosed()) }).then(answerOf);
    t.like(await sent({}), { status: 403, error: { code: 'plaintext' } });
    t.like(await sent({ 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'https', forwarded: 'for=127.0.0.1;proto=https' }), { status: 403, error: { code: 'plaintext' } });
  }
  orThrow(await jetlock.restart({ http: { host: '0.0.0.0', port: 0, tls: TEST_TLS } }));
  t.is(warnings(), 1);
  const { port } = new URL(jetlock.service().httpUrl);
  const answer = await overTls({ host: outside ?? '127.0.0.1', port, path: '/secrets', method: 'POST' }, JSON.stringify(enclosed()));
  t.like(answer, { status: 200, security: 'max-age=31536000' });
  t.true(isLeft(await jetlock.restart({ http: { host: '127.0.0.1', port: 0, tls: { ...TEST_TLS, key: TEST_TLS.cert } } })));
});
