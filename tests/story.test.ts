/** The core story on a real nats-server: from a first value to a sealed, audited read, and to its end. */
import test from 'ava';
import { isLeft } from 'fp-ts/lib/Either.js';
import type { Client } from '../client/client.ts';
import { JetlockError } from '../client/error.ts';
import type { AdminCommand } from '../events/command.ts';
import { SecretPath, Prefix, ServiceName, sure } from '../events/vocabulary.ts';
import { orThrow, startJetlock, type Jetlock } from './support/jetlock.ts';
import { eventually } from './support/poll.ts';

const path = (text: string): SecretPath => sure(SecretPath, text);
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

let jetlock: Jetlock;
test.before(async () => {
  jetlock = await startJetlock();
});
test.after.always(() => jetlock.stop());

const command = async (wanted: AdminCommand) => orThrow(await jetlock.admin.command(wanted)());
const write = async (to: string, value: string) => orThrow(await jetlock.admin.writeSecret(path(to), utf8(value))());

const approve = async (name: string, { fingerprint }: Client): Promise<void> => {
  const service = sure(ServiceName, name);
  const { items } = orThrow(await jetlock.admin.query('service.list', { service })());
  const credential = items[0]?.credentials.find((one) => one.fingerprint === fingerprint);
  if (credential === undefined) throw new Error('not registered');
  await command({ operation: 'service.approve', service, fingerprint: credential.fingerprint, seen: credential.seq });
};

const seenOf = async (service: ServiceName, target: string) => {
  const { items } = orThrow(await jetlock.admin.list('access.list', { service })());
  return items.find((access) => access.target === target)?.seq ?? (0 as never);
};

const grant = async (name: string, target: SecretPath | Prefix, once = false): Promise<void> => {
  const service = sure(ServiceName, name);
  await command({ operation: 'access.grant', service, target, seen: await seenOf(service, target), reason: null, duration: null, once, offline: null });
};

const refusal = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise;
    return 'not refused';
  } catch (error) {
    return error instanceof JetlockError ? error.code : 'another error';
  }
};

const serviceWith = async (name: string): Promise<Client> => {
  const client = await jetlock.clientOf(name);
  await client.register();
  await approve(name, client);
  return client;
};

test.serial('a service registers, is approved, asks, and is granted while it waits', async (t) => {
  await write('prod/shop/PASSWORD', 'pässwörd€🔒');
  const client = await jetlock.clientOf('shop-api');
  t.is((await client.register()).status, 'pending_approval');
  t.is(await refusal(client.get('prod/shop/PASSWORD')), 'credential_pending');
  await approve('shop-api', client);
  t.is((await client.register()).status, 'approved');
  t.is(await refusal(client.get('prod/shop/PASSWORD', { description: 'the password of the database' })), 'refused');
  const waiting = client.waitFor('prod/shop/PASSWORD', { timeoutMs: 30_000 });
  const card = await cardFor('prod/shop/PASSWORD');
  t.like(card, { kind: 'access', description: 'the password of the database' });
  await grant('shop-api', sure(Prefix, 'prod/shop/'));
  t.is((await waiting).text(), 'pässwörd€🔒');
  await client.close();
});

const cardFor = (target: string) => {
  const found = async () => {
    const { items } = orThrow(await jetlock.admin.query('inbox.list', {})());
    return items.find((item) => ('target' in item ? item.target : 'path' in item ? item.path : '') === target);
  };
  return eventually(found, 30_000, `a card for ${target}`);
};

test.serial('a path without a value becomes a stub; setting it completes the waiting call', async (t) => {
  const client = await serviceWith('stub-api');
  await grant('stub-api', sure(Prefix, 'prod/stub/'));
  const waiting = client.waitFor('prod/stub/TOKEN', { timeoutMs: 30_000 });
  t.is((await cardFor('prod/stub/TOKEN')).kind, 'missing');
  await write('prod/stub/TOKEN', 'now-there');
  t.is((await waiting).text(), 'now-there');
  await client.close();
});

test.serial('a new version is read at once, an old one comes back, and the same value makes none', async (t) => {
  const client = await serviceWith('rotate-api');
  await grant('rotate-api', path('prod/rotate/KEY'));
  t.is((await write('prod/rotate/KEY', 'one')).version, 1 as never);
  t.is((await write('prod/rotate/KEY', 'two')).version, 2 as never);
  t.false((await write('prod/rotate/KEY', 'two')).changed);
  t.is((await client.get('prod/rotate/KEY')).text(), 'two');
  await command({ operation: 'secret.rollback', path: path('prod/rotate/KEY'), version: 1 as never });
  const after = await client.get('prod/rotate/KEY');
  t.deepEqual([after.text(), after.version], ['one', 3]);
  const { secret } = orThrow(await jetlock.admin.query('secret.show', { path: path('prod/rotate/KEY') })());
  t.deepEqual(secret.history.map(({ version, rollbackOf }) => [version, rollbackOf]), [[1, null], [2, null], [3, 1]] as never);
  await client.close();
});

test.serial('after a revoke the very next read is refused; a grant for one read gives one value', async (t) => {
  const client = await serviceWith('revoke-api');
  const service = sure(ServiceName, 'revoke-api');
  await write('prod/revoke/KEY', 'v');
  await grant('revoke-api', path('prod/revoke/KEY'));
  t.is((await client.get('prod/revoke/KEY')).text(), 'v');
  await command({ operation: 'access.revoke', service, target: path('prod/revoke/KEY'), seen: await seenOf(service, 'prod/revoke/KEY'), reason: null });
  t.is(await refusal(client.get('prod/revoke/KEY')), 'refused');
  await cardFor('prod/revoke/KEY');
  await grant('revoke-api', path('prod/revoke/KEY'), true);
  const answers = await Promise.all(Array.from({ length: 8 }, () => refusal(client.get('prod/revoke/KEY'))));
  t.is(answers.filter((answer) => answer === 'not refused').length, 1);
  await client.close();
});

test.serial('eight writers of one path make eight versions', async (t) => {
  const written = await Promise.all(Array.from({ length: 8 }, (_, n) => write('prod/many/KEY', `value ${n}`)));
  t.deepEqual(written.map(({ version }) => Number(version)).sort(), [1, 2, 3, 4, 5, 6, 7, 8]);
});

test.serial('a deleted secret is gone, its neighbours stay, and its version counts on', async (t) => {
  const client = await serviceWith('delete-api');
  await grant('delete-api', sure(Prefix, 'prod/delete/'));
  await write('prod/delete/A', 'a');
  await write('prod/delete/B', 'b');
  const deleted = await command({ operation: 'secret.delete', path: path('prod/delete/A') });
  t.regex(deleted.note ?? '', /destroyed/);
  t.is(await refusal(client.get('prod/delete/A')), 'refused');
  t.is((await client.get('prod/delete/B')).text(), 'b');
  t.is((await write('prod/delete/A', 'again')).version, 2 as never);
  t.is((await client.get('prod/delete/A')).text(), 'again');
  await client.close();
});

test.serial('everything opens after the keys were rotated and the service was started again', async (t) => {
  const client = await serviceWith('rotated-api');
  await grant('rotated-api', path('prod/rotated/KEY'));
  await write('prod/rotated/KEY', 'kept');
  const rotated = await command({ operation: 'key.rotate', purposes: ['root', 'operator'] });
  t.regex(rotated.note ?? '', /new root key, the old one is gone.*new operator key, the old one is gone/);
  t.is((await client.get('prod/rotated/KEY')).text(), 'kept');
  t.false(isLeft(await jetlock.restart()));
  t.is((await client.get('prod/rotated/KEY')).text(), 'kept');
  await client.close();
});

test.serial('read models made again are the same, byte for byte', async (t) => {
  const verified = orThrow(await jetlock.admin.query('projections.verify', {})());
  t.deepEqual([verified.identical, verified.differing], [true, []]);
  const rebuilt = orThrow(await jetlock.admin.query('projections.rebuild', {})());
  t.true(rebuilt.identical);
  t.true(rebuilt.entries > 10);
});
