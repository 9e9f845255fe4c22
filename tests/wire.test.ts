/** Whatever is wrong with a service's request gets one clear answer, tells nothing of what is inside, and changes nothing. */
import test from 'ava';
import { createInbox } from 'nats';
import { newKeyIdentity, newTokenIdentity } from '../client/credential.ts';
import { seal } from '../client/envelope.ts';
import { toBase64, utf8 } from '../crypto/bytes.ts';
import { newToken } from '../crypto/credential.ts';
import { randomBytes, randomId } from '../crypto/random.ts';
import { newSigningKey } from '../crypto/sign.ts';
import type { RefusalCode } from '../events/refusal.ts';
import { barePath } from '../protocol/operations.ts';
import { body, json, own, PATH, refused, startByHand } from './support/by-hand.ts';
import { orThrow, subjects } from './support/jetlock.ts';
import { latch } from './support/latch.ts';
import { serviceOf } from './support/steps.ts';
import { statementOf } from './support/wire.ts';

const { jetlock, wire, steps, identity, get, asAdmin } = await startByHand();
test.beforeEach(async (t) => {
  // The session is known from now on, so that no test meets the limit for unknown ones.
  t.is((await wire.ask(identity, PATH)).refusal, null);
});
test.afterEach((t) => {
  t.deepEqual(jetlock.service().health(), { ready: true, failed: false, why: '' });
});
test.after.always(() => jetlock.stop());

test.serial('what is no sealed request is malformed, too large, or sealed to no key of ours', async (t) => {
  const sealed = JSON.parse(new TextDecoder().decode(wire.sealed(identity, own, body))) as Record<string, unknown>;
  const wrong: ReadonlyArray<readonly [RefusalCode, Uint8Array]> = [
    ['malformed', new Uint8Array()],
    ['malformed', utf8('not json')],
    ['malformed', Uint8Array.of(0xff, 0xfe, 0x7b)],
    ['malformed', json(null)],
    ['malformed', json([sealed])],
    ['malformed', json({ ...sealed, v: 2 })],
    ['malformed', json({ ...sealed, from: 'short' })],
    ['malformed', json({ ...sealed, nonce: 'A'.repeat(31) })],
    ['malformed', json({ ...sealed, box: '===' })],
    ['malformed', json({ ...sealed, box: toBase64(randomBytes(80)) })],
    ['malformed', json({ ...sealed, box: '' })],
    ['malformed', utf8('['.repeat(500_000))],
    ['too_large', json({ ...sealed, box: 'A'.repeat(512 * 1024) })],
    ['wrong_box_key', json({ ...sealed, kid: randomId() })],
  ];
  for (const to of [own, subjects.get, subjects.register, subjects.admin('secret.write')])
    for (const [code, bytes] of wrong) {
      const answer = await wire.send(to, bytes);
      refused(t, answer, code, `${to} ${code}`);
      t.false(answer.sealed);
    }
});

test.serial('only box keys open requests, whatever else the keyring holds', async (t) => {
  const { keys } = orThrow(await jetlock.admin.query('key.status', {})());
  const others = keys.filter(({ purpose }) => purpose !== 'box');
  t.deepEqual(others.map(({ purpose }) => purpose).sort(), ['log', 'root', 'signing']);
  for (const { id } of others) refused(t, await wire.send(own, wire.sealed(identity, own, body, {}, { ...wire.shared, kid: id })), 'wrong_box_key');
});

test.serial('a session key of low order is refused: everyone would know the secret that it makes', async (t) => {
  const low = ['00'.repeat(32), `01${'00'.repeat(31)}`, 'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800', `ec${'ff'.repeat(30)}7f`];
  for (const hex of low) {
    const from = toBase64(Buffer.from(hex, 'hex'));
    const answer = await wire.send(own, json({ v: 1, kid: wire.shared.kid, from, nonce: toBase64(randomBytes(24)), box: toBase64(randomBytes(64)) }));
    refused(t, answer, 'malformed');
  }
});

test.serial('wrong shapes inside the box are refused', async (t) => {
  const right = wire.plain(identity, own, body);
  const shapes: ReadonlyArray<unknown> = [null, 1, 'text', [], {}, { ...right, v: 2 }, { ...right, type: 'rep' }, { ...right, service: 'Not A Name' }, { ...right, id: 'x' }, { ...right, time: -1 }, { ...right, time: '1' }, { ...right, client: { name: 'bad name', version: '1' } }, { ...right, body: {} }, { ...right, credential: { kind: 'token' } }, { ...right, credential: { kind: 'other', token: 'x' } }, { ...right, enclosed: 'x' }];
  for (const shape of shapes) refused(t, await wire.send(own, wire.boxed(json(shape))), 'malformed', JSON.stringify(shape).slice(0, 60));
  refused(t, await wire.send(own, wire.boxed(utf8('{"cut":'))), 'malformed');
});

test.serial('a request from another minute is stale', async (t) => {
  for (const ms of [-61_000, 90_000]) refused(t, await get({ time: Date.now() + ms }), 'stale');
  for (const ms of [-45_000, 55_000]) t.is((await get({ time: Date.now() + ms })).refusal, null);
});

test.serial('a request counts once: the same bytes, and the same id in another box or session, are replayed', async (t) => {
  const bytes = wire.sealed(identity, own, body);
  t.is((await wire.send(own, bytes)).refusal, null);
  refused(t, await wire.send(own, bytes), 'replayed');
  const id = randomId();
  t.is((await get({ id })).refusal, null);
  refused(t, await get({ id }), 'replayed');
  refused(t, await wire.asService(identity, own, body, { id }, wire.newSession()), 'replayed');
});

test.serial('a request counts where it was made for', async (t) => {
  refused(t, await wire.send(subjects.get, wire.sealed(identity, own, body)), 'malformed');
  refused(t, await wire.send(own, wire.sealed(identity, subjects.get, body)), 'malformed');
  refused(t, await wire.send(subjects.register, wire.sealed(identity, own, body)), 'malformed');
  t.is((await get({}, subjects.get)).refusal, null);
});

test.serial('on the subject of another service my credential is worth nothing', async (t) => {
  refused(t, await get({}, `${subjects.get}.other-api`), 'unauthorized');
  refused(t, await get({ service: 'other-api' }, `${subjects.get}.other-api`), 'unauthorized');
  refused(t, await get({ service: 'other-api' }, subjects.get), 'unauthorized');
  refused(t, await get({ service: null }, subjects.get), 'malformed');
});

test.serial('credentials that are unknown, revoked, denied, or of another kind are unauthorized', async (t) => {
  const token = (value: string) => get({ credential: { kind: 'token', token: value } });
  refused(t, await token(newToken().reveal()), 'unauthorized');
  refused(t, await token(''), 'unauthorized');
  refused(t, await token('jlt_short'), 'unauthorized');
  refused(t, await get({ credential: statementOf(jetlock.identity, {}).credential }), 'unauthorized');
  const leaving = newTokenIdentity(serviceOf('leaving-api'));
  const client = await steps.approved('leaving-api', leaving);
  refused(t, await get({ credential: { kind: 'token', token: leaving.kind === 'token' ? leaving.token.reveal() : '' } }), 'unauthorized');
  await steps.revokeCredential('leaving-api', client.fingerprint);
  refused(t, await wire.ask(leaving, PATH), 'unauthorized');
  await client.close();
});

test.serial('a pending credential is told so; a registration shows what it says that it shows', async (t) => {
  const fresh = newTokenIdentity(serviceOf('fresh-api'));
  const register = (kind: string, service = 'fresh-api') => wire.asService(fresh, `${subjects.register}.fresh-api`, { service, kind, serviceVersion: null });
  refused(t, await register('key'), 'malformed');
  refused(t, await register('token', 'other-api'), 'malformed');
  t.is((await register('token')).refusal, null);
  refused(t, await wire.ask(fresh, PATH), 'credential_pending');
});

test.serial('a key signs this very request: its session, its body, its subject', async (t) => {
  const keyed = newKeyIdentity(serviceOf('keyed-api'));
  await (await steps.approved('keyed-api', keyed)).close();
  const to = `${subjects.get}.keyed-api`;
  t.is((await wire.ask(keyed, PATH)).refusal, null);
  const right = wire.plain(keyed, to, body);
  const wrong = (parts: object) => wire.send(to, seal(wire.shared, { ...right, id: randomId(), ...parts }));
  refused(t, await wrong({}), 'unauthorized', 'another id');
  refused(t, await wrong({ id: right.id, body: JSON.stringify({ paths: [barePath('prod/wire/OTHER')], offline: false }) }), 'unauthorized', 'another body');
  const other = wire.newSession();
  const moved = wire.plain(keyed, to, body);
  refused(t, await wire.send(to, seal(other, moved), other), 'unauthorized', 'another session');
  const stolen = wire.plain({ ...keyed, secretKey: newSigningKey().secretKey } as typeof keyed, to, body);
  refused(t, await wire.send(to, seal(wire.shared, stolen)), 'unauthorized', 'signed with another key');
});

const BAD_PATHS = ['', '..', 'a', 'a/..', '../b', 'a/./b', 'a/*', 'a/>', '*/>', 'a b/c', 'a/b ', '/a/b', 'a//b', 'a/b/', 'a/b\n', 'a/b\u0000', 'ä/b', `a/${'x'.repeat(65)}`, `${'abcdefgh/'.repeat(33)}end`, Array(9).fill('a').join('/')];

test.serial('a bad path is refused at the edge, by the name of its field, and is not repeated', async (t) => {
  const marked = BAD_PATHS.map((path) => (path === '' ? path : path.replaceAll('a', 'canary')));
  for (const path of [...BAD_PATHS, ...marked]) {
    const answer = await wire.asService(identity, own, { paths: [barePath(PATH), barePath(path)], offline: false });
    refused(t, answer, 'malformed', path);
    t.is(answer.refusal?.detail, 'paths.1.path: expected SecretPath');
    const written = await asAdmin('secret.describe', { path, description: 'd' });
    refused(t, written, 'malformed', path);
    t.regex(written.refusal?.detail ?? '', /path: expected SecretPath/);
    for (const { text } of [answer, written]) t.false(/canary/.test(text));
  }
});

test.serial('a request names 1 to 64 paths', async (t) => {
  const asking = (count: number) => wire.ask(identity, ...Array.from({ length: count }, (_, n) => `prod/wire/N${n}`));
  for (const count of [0, 65]) {
    const answer = await asking(count);
    refused(t, answer, 'malformed');
    t.is(answer.refusal?.detail, 'paths: expected Paths');
  }
  t.is((await asking(64)).refusal, null);
});

test.serial('replies go to inboxes alone', async (t) => {
  const elsewhere = ['elsewhere.reply', '_INBOX', '_INBOXES.reply', '_INBOX_UPPER.reply', 'secrets.events.state.elsewhere', 'secrets.admin.elsewhere.reply'];
  const got: string[] = [];
  const listening = elsewhere.map((subject) => wire.nc.subscribe(subject, { callback: (_, message) => void got.push(`${message.subject} ${message.string()}`) }));
  for (const reply of elsewhere) wire.nc.publish(subjects.keys, new Uint8Array(), { reply });
  for (const inbox of [createInbox(), createInbox('_INBOX_wire-api')]) {
    const answered = latch(20_000, `a reply to ${inbox}`);
    const waiting = wire.nc.subscribe(inbox, { max: 1, callback: () => answered.open() });
    wire.nc.publish(subjects.keys, new Uint8Array(), { reply: inbox });
    await answered.opened();
    waiting.unsubscribe();
  }
  t.deepEqual(got, []);
  for (const one of listening) one.unsubscribe();
});
