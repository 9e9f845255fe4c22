/** What services expect of values, the whole way: asked for, set otherwise, warned of, shown, set right. */
import test from 'ava';
import type { Client, GetOptions } from '../client/client.ts';
import { JetlockError } from '../client/error.ts';
import { utf8 } from '../crypto/bytes.ts';
import { SecretPath, ServiceName, sure, Version } from '../events/vocabulary.ts';
import { orThrow, startJetlock, type Jetlock } from './support/jetlock.ts';
import { eventually } from './support/poll.ts';

let jetlock: Jetlock;
test.before(async () => {
  jetlock = await startJetlock();
});
test.after.always(() => jetlock.stop());

/** Read models follow, soon. */
const until = (holds: () => Promise<boolean>) => eventually(async () => (await holds()) || undefined, 30_000, 'a read model');

const path = sure(SecretPath, 'prod/expected/URL');
const set = async (value: string) => orThrow(await jetlock.admin.writeSecret(path, utf8(value))());
const inbox = async () => orThrow(await jetlock.admin.query('inbox.list', {})()).items;
const mismatch = async () => (await inbox()).find(({ kind }) => kind === 'mismatch');
const checks = async () => orThrow(await jetlock.admin.query('secret.show', { path })()).secret.checks.map(({ service, kind, wanted, fits }) => [service, kind, wanted, fits]);

const approved = async (name: string): Promise<Client> => {
  const client = await jetlock.clientOf(name);
  await client.register();
  const service = sure(ServiceName, name);
  const { items } = orThrow(await jetlock.admin.query('service.list', { service })());
  const { fingerprint, seq: seen } = items[0]!.credentials[0]!;
  orThrow(await jetlock.admin.command({ operation: 'service.approve', service, fingerprint, seen })());
  return client;
};

const asks = async (client: Client, options: GetOptions): Promise<string> => {
  try {
    return (await client.get(path, options)).text();
  } catch (error) {
    return error instanceof JetlockError ? error.code : String(error);
  }
};

const decide = async (operation: 'access.grant' | 'access.revoke', name: string): Promise<void> => {
  const service = sure(ServiceName, name);
  const { items } = orThrow(await jetlock.admin.list('access.list', { service })());
  const about = { service, target: path, seen: items[0]!.seq, reason: null };
  orThrow(await jetlock.admin.command(operation === 'access.grant' ? { operation, ...about, duration: null, once: false, offline: null } : { operation, ...about })());
};

test('a value that is not what two services expect is written, told of and shown, until it is', async (t) => {
  const [shop, till] = [await approved('shop'), await approved('till')];
  t.is(await asks(shop, { format: 'uri' }), 'refused');
  t.true(await until(async () => (await inbox()).some(({ kind }) => kind === 'missing')));
  t.is(await asks(till, { description: 'where it is', pattern: '^https:' }), 'refused');
  t.true(await until(async () => (await checks()).length === 2));
  t.deepEqual(await checks(), [['shop', 'format', 'uri', null], ['till', 'pattern', '^https:', null]]);
  const cards = await inbox();
  t.like(cards.find(({ kind }) => kind === 'missing'), { service: 'shop', format: 'uri', pattern: null });
  t.like(cards.find(({ kind, service }) => kind === 'access' && service === 'till'), { description: 'where it is', format: null, pattern: '^https:' });

  const wrong = await set('no uri at all');
  t.like(wrong, { version: 1, note: 'the value does not match the format uri that service shop asks for, does not match the pattern ^https: that service till asks for' });
  t.true(await until(async () => (await mismatch()) !== undefined));
  t.like(await mismatch(), { service: 'shop', path, version: 1 });
  t.deepEqual(await checks(), [['shop', 'format', 'uri', false], ['till', 'pattern', '^https:', false]]);

  t.like(await set('http://shop'), { version: 2, note: 'the value does not match the pattern ^https: that service till asks for' });
  t.true(await until(async () => (await checks())[0]?.[3] === true));
  t.like(await mismatch(), { service: 'till', version: 2 });
  t.like(orThrow(await jetlock.admin.command({ operation: 'secret.rollback', path, version: sure(Version, 1) })()), { note: wrong.note });

  t.like(await set('https://shop'), { version: 4, note: null });
  t.true(await until(async () => (await mismatch()) === undefined));
  t.deepEqual(await checks(), [['shop', 'format', 'uri', true], ['till', 'pattern', '^https:', true]]);

  // Whoever reads is told nothing of all that, and may expect something else from now on.
  await decide('access.grant', 'shop');
  t.is(await asks(shop, {}), 'https://shop');
  t.is(await asks(shop, { format: 'uuid' }), 'https://shop');
  t.true(await until(async () => (await checks()).some(([, , wanted]) => wanted === 'uuid')));
  t.deepEqual(await checks(), [['till', 'pattern', '^https:', true], ['shop', 'format', 'uuid', null]]);
  t.like(await set('https://till'), { note: 'the value does not match the format uuid that service shop asks for' });
  await decide('access.revoke', 'shop');
  t.true(await until(async () => (await mismatch()) === undefined));
  t.deepEqual(await checks(), [['till', 'pattern', '^https:', true]]);
  await Promise.all([shop.close(), till.close()]);
});
