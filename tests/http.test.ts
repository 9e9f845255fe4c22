/** The HTTP door of a real service: the same operations by the same code as on NATS. */
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
