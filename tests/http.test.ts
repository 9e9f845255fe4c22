/** The HTTP door of a real service: the same operations by the same code as on NATS. */
import { connect } from 'node:net';
import test from 'ava';
import { toBase64, utf8 } from '../crypto/bytes.ts';
import { newSalt, valueDigest } from '../crypto/hash.ts';
import type { ServiceKeys } from '../protocol/wire.ts';
import { answerOf, sealedWrite, signedCall, testAuth } from './support/http.ts';
import { startJetlock } from './support/jetlock.ts';
import { stepsOf } from './support/steps.ts';

const { auth, known } = testAuth();
const jetlock = await startJetlock({ auth });
const { identity } = jetlock;
const { write, approved, grant } = stepsOf(jetlock);
known.set('alice', { kind: 'session', admin: identity.admin, role: 'admin', key: identity.publicKey, csrf: 'c' });
test.after.always(() => jetlock.stop());

const url = (path: string): string => `${jetlock.service().httpUrl}${path}`;
const ALICE = { 'test-caller': 'alice', 'jetlock-csrf': 'c' };
const call = async (method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = ALICE) =>
  answerOf(await fetch(url(path), { method, headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }, ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }) }));
const get = (path: string) => call('GET', path);
const segment = encodeURIComponent;

test('queries answer what they answer on NATS', async (t) => {
  await write('http/app/DB', 'v1');
  const listed = await get('/secrets?prefix=http/app/');
  t.is(listed.status, 200);
  t.like(listed.json, { items: [{ path: 'http/app/DB', version: 1 }] });
  t.like((await get(`/secrets/${segment('http/app/DB')}`)).json, { secret: { path: 'http/app/DB' }, usage: [] });
  t.like((await get(`/secrets/${segment('http/app/NONE')}`)).error, { code: 'not_found' });
});

test('a signed call is carried out; without a session, its token or its signature it is not', async (t) => {
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

test('a value is written sealed, or enclosed from the machine itself, and read by a service', async (t) => {
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

/** One exchange on a bare connection, for what no client would send. */
const raw = (lines: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(jetlock.service().httpUrl);
    let text = '';
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(lines));
    socket.setEncoding('latin1').on('data', (data: string) => (text += data)).on('end', () => resolve(text)).on('error', reject);
  });

const SHAPE = ['code', 'detail', 'hint', 'message', 'retryable'];

test('whatever is wrong with a call is told in one shape, and nothing of it is repeated', async (t) => {
  const CANARY = 'canary-7f3a';
  const wrong = {
    404: await get(`/${CANARY}`),
    405: await call('PUT', '/secrets', CANARY),
    415: await answerOf(await fetch(url('/get'), { method: 'POST', body: CANARY, headers: { 'content-type': 'text/plain' } })),
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

test('what is no HTTP is answered all the same', async (t) => {
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
