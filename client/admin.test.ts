import test from 'ava';
import * as E from 'fp-ts/lib/Either.js';
import { fromBase64 } from '../crypto/bytes.ts';
import { valueDigest } from '../crypto/hash.ts';
import { statementBytes, verify } from '../crypto/sign.ts';
import { OpenStatement, Statement } from '../events/record.ts';
import { AdminName, sure, SecretPath } from '../events/vocabulary.ts';
import { clientInfo, fakeService, subjects, tagOf, type FakeService } from '../tests/support/fake-service.ts';
import { manualTime, type ManualTime } from '../tests/support/manual-time.ts';
import { adminClient } from './admin.ts';
import { newAdminIdentity } from './credential.ts';
import { unavailable } from './failure.ts';
import { serviceKeys } from './keys.ts';

const PATH = sure(SecretPath, 'shop/DB');
const DISABLE = { operation: 'secret.disable', path: PATH } as const;
const DONE = { changed: true, seq: 7, version: 1, note: null };

const adminOf = (service: FakeService, time: ManualTime) => {
  const keyring = service.keyring;
  const identity = newAdminIdentity({ admin: sure(AdminName, 'ada'), keyring, servicePublicKey: service.signer.publicKey });
  const keys = serviceKeys({ transport: service.transport, subjects, trust: { signer: identity.servicePublicKey }, now: time.now });
  return { identity, admin: adminClient({ transport: service.transport, subjects, keys, identity, client: clientInfo, time }) };
};

const setUp = () => {
  const time = manualTime();
  const service = fakeService(time.now);
  service.script.answer = () => ({ result: DONE });
  return { time, service, ...adminOf(service, time) };
};

test('a command is a statement signed by the admin, for one installation', async (t) => {
  const { service, admin, identity, time } = setUp();
  t.deepEqual(await admin.command(DISABLE)(), E.right(DONE as never));
  const { request } = service.seen[0]!;
  t.is(request.subject, 'secrets.admin.secret.disable');
  const { credential, body } = request;
  if (credential.kind !== 'admin') return t.fail('signed as an admin');
  t.is(credential.key, identity.publicKey);
  t.true(verify(statementBytes(body), credential.signature, identity.publicKey));
  const statement = sure(Statement, JSON.parse(body));
  t.like(statement, { keyring: service.keyring, at: time.now(), admin: 'ada', command: DISABLE });
});

const repeats: ReadonlyArray<readonly [string, (service: FakeService) => void]> = [
  ['a time-out', ({ script }) => (script.arrives = (n) => (n < 3 ? unavailable('no answer', 'maybe') : undefined))],
  ...(['busy', 'unknown_outcome', 'unavailable'] as const).map(
    (refusal) => [refusal, ({ script, seen }: FakeService) => void (script.answer = () => (seen.length < 3 ? { refusal } : { result: DONE }))] as const,
  ),
];

for (const [what, prepare] of repeats) {
  test(`after ${what} the same statement is sent again, under the same signature, in a request of its own`, async (t) => {
    const { service, admin, time } = setUp();
    prepare(service);
    const result = admin.command(DISABLE)();
    await time.advance(10_000);
    t.deepEqual(await result, E.right(DONE as never));
    t.is(service.seen.length, 3);
    t.is(new Set(service.seen.map(({ request }) => request.body)).size, 1);
    t.is(new Set(service.seen.map(({ request }) => JSON.stringify(request.credential))).size, 1);
    t.is(new Set(service.seen.map(({ request }) => request.id)).size, 3);
  });
}

test('a command without an answer ends after 20 seconds as unknown, though the last refusal was another', async (t) => {
  const { service, admin, time } = setUp();
  service.script.arrives = (n) => (n === 1 ? unavailable('no answer', 'maybe') : undefined);
  service.script.answer = () => ({ refusal: 'busy' });
  let over: string | undefined;
  const result = admin.command(DISABLE)().then((answer) => (over = tagOf(answer)));
  await time.advance(15_000);
  t.is(over, undefined);
  await time.advance(6_000);
  await result;
  t.is(over, 'unknown_outcome');
  t.true(service.timeouts.every((ms) => ms > 0 && ms <= 5_000));
  t.true(service.seen.length < 40, 'with back-off');
});

test('a command that nobody was there for is not repeated, unless a copy may have arrived before', async (t) => {
  const { service, admin, time } = setUp();
  service.script.arrives = () => unavailable('nobody answers', 'no');
  t.is(tagOf(await admin.command(DISABLE)()), 'unavailable');
  t.is(service.seen.length, 1);

  service.script.arrives = (n) => (n === 2 ? unavailable('no answer', 'maybe') : n === 3 ? unavailable('nobody answers', 'no') : undefined);
  const result = admin.command(DISABLE)();
  await time.advance(10_000);
  t.is(tagOf(await result), 'right');
  t.is(service.seen.length, 4);
});

test('a decided refusal is final, also after a time-out', async (t) => {
  const { service, admin, time } = setUp();
  service.script.arrives = (n) => (n === 1 ? unavailable('no answer', 'maybe') : undefined);
  service.script.answer = () => ({ refusal: 'conflict' });
  const result = admin.command(DISABLE)();
  await time.advance(5_000);
  t.is(tagOf(await result), 'conflict');
  t.is(service.seen.length, 2);
});

test('a value travels beside the statement, which has a salted digest of it only', async (t) => {
  const { service, admin } = setUp();
  const value = crypto.getRandomValues(new Uint8Array(65_536));
  t.true(E.isRight(await admin.writeSecret(PATH, value, { description: 'the database', ifVersion: 0 })()));
  const { request } = service.seen[0]!;
  const { command } = sure(Statement, JSON.parse(request.body));
  if (command.operation !== 'secret.write' || request.enclosed === null) return t.fail('a write');
  t.deepEqual(fromBase64(request.enclosed.value), value);
  t.is(command.digest, valueDigest(fromBase64(request.enclosed.salt), value));
  t.like(command, { path: PATH, description: 'the database', ifVersion: 0 });
});

test('what cannot be written is refused before it is sent', async (t) => {
  const { service, admin } = setUp();
  t.is(tagOf(await admin.writeSecret(PATH, new Uint8Array(65_537))()), 'too_large');
  t.is(tagOf(await admin.writeSecret(PATH, new Uint8Array(1), { description: 'two\nlines' })()), 'malformed');
  t.is(tagOf(await admin.writeSecret(PATH, new Uint8Array(1), { ifVersion: -1 })()), 'malformed');
  t.is(service.seen.length, 0);
});

test('a query is signed, waits as long as it takes, and is decoded', async (t) => {
  const { service, admin, identity } = setUp();
  service.script.answer = () => ({ result: { items: [], next: null, total: 0 } });
  t.deepEqual(await admin.query('secret.list', { prefix: null })(), E.right({ items: [], next: null, total: 0 as never }));
  const { request } = service.seen[0]!;
  t.is(request.subject, 'secrets.admin.secret.list');
  t.like(JSON.parse(request.body), { command: { operation: 'secret.list', prefix: null } });
  t.true(request.credential.kind === 'admin' && verify(statementBytes(request.body), request.credential.signature, identity.publicKey));
  t.deepEqual(service.timeouts, [20_000]);

  service.script.answer = () => ({ result: { items: 'none' } });
  t.is(tagOf(await admin.query('secret.list', { prefix: null })()), 'not_understood');
});

test('a query goes on for as long as the service says that it is at it, signed anew before a statement is too old', async (t) => {
  const { service, admin, time } = setUp();
  const verified = { identical: true, compared: 1, different: 0, differing: [] };
  service.script.answer = () => (time.now() < 1_700_000_000_000 + 200_000 ? { refusal: 'running' } : { result: verified });
  const result = admin.query('projections.verify', {})();
  await time.advance(210_000);
  t.deepEqual(await result, E.right(verified as never));
  const ages = service.seen.map(({ request }) => request.time - sure(OpenStatement, JSON.parse(request.body)).at);
  t.true(ages.length > 10 && ages.every((age) => age < 90_000));
  service.script.answer = () => ({ refusal: 'role' });
  t.is(tagOf(await admin.query('projections.verify', {})()), 'role');
});
