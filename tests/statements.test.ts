/** What an admin signed is carried out as it was signed, once, in time, by whom it is theirs to do; else it is refused. */
import test from 'ava';
import { newAdminIdentity, type AdminIdentity } from '../client/credential.ts';
import { utf8 } from '../crypto/bytes.ts';
import { randomBytes, randomId } from '../crypto/random.ts';
import { AdminName, sure, type Role } from '../events/vocabulary.ts';
import type { Enclosed } from '../protocol/wire.ts';
import { PATH, refused, startByHand, writing } from './support/by-hand.ts';
import { orThrow, subjects } from './support/jetlock.ts';
import { pathOf } from './support/steps.ts';
import { statementOf } from './support/wire.ts';

const { jetlock, wire, steps, identity, asAdmin } = await startByHand();
test.beforeEach(async (t) => {
  // The session is known from now on, so that no test meets the limit for unknown ones.
  t.is((await wire.ask(identity, PATH)).refusal, null);
});
test.afterEach((t) => {
  t.deepEqual(jetlock.service().health(), { ready: true, failed: false, why: '' });
});
test.after.always(() => jetlock.stop());

test.serial('a value has at most 64 KiB, and is the one that was signed', async (t) => {
  const write = (value: Uint8Array, enclosed?: Enclosed | null) => {
    const made = writing('prod/wire/SIZED', value);
    return wire.asAdmin(subjects.admin('secret.write'), statementOf(jetlock.identity, made.command), enclosed === undefined ? made.enclosed : enclosed);
  };
  t.is((await write(randomBytes(65_536))).refusal, null);
  refused(t, await write(randomBytes(65_537)), 'too_large');
  refused(t, await write(utf8('one'), writing('prod/wire/SIZED', utf8('two')).enclosed), 'digest_mismatch');
  refused(t, await write(utf8('one'), null), 'malformed');
  const { secret } = orThrow(await jetlock.admin.query('secret.show', { path: pathOf('prod/wire/SIZED') })());
  t.is(secret.history.length, 1);
});

const enrolled = async (name: string, role: Role): Promise<AdminIdentity> => {
  const { keyring, servicePublicKey } = jetlock.identity;
  const made = newAdminIdentity({ admin: sure(AdminName, name), keyring, servicePublicKey });
  await steps.command({ operation: 'admin.add', admin: made.admin, key: made.publicKey, role });
  return made;
};

test.serial('a statement counts for its installation, by an enrolled key with the role, in time, for its operation', async (t) => {
  const create = { namespace: 'statement' };
  const { identity: alice } = jetlock;
  refused(t, await asAdmin('namespace.create', create, { ...alice, keyring: randomId() }), 'wrong_service');
  refused(t, await asAdmin('namespace.create', create, newAdminIdentity(alice)), 'signature');
  refused(t, await asAdmin('namespace.create', create, { ...alice, admin: sure(AdminName, 'nobody') }), 'signature');
  refused(t, await asAdmin('namespace.create', create, { ...alice, secretKey: newAdminIdentity(alice).secretKey }), 'signature');
  for (const ms of [-120_000, 120_000]) refused(t, await asAdmin('namespace.create', create, alice, { at: Date.now() + ms }), 'outdated');
  refused(t, await wire.asAdmin(subjects.admin('namespace.delete'), statementOf(alice, { operation: 'namespace.create', ...create })), 'malformed');
  refused(t, await asAdmin('no.such.thing', create), 'malformed');
  refused(t, await asAdmin('toString', create), 'malformed');
  const { items } = orThrow(await jetlock.admin.list('namespace.list', {})());
  t.false(items.some(({ namespace }) => String(namespace) === 'statement'));
});

test.serial('roles: an approver writes no secret, an auditor decides nothing, both may look', async (t) => {
  const [approver, auditor] = [await enrolled('bob', 'approver'), await enrolled('carol', 'auditor')];
  const { command, enclosed } = writing('prod/wire/ROLE', utf8('v'));
  const grant = { service: 'wire-api', target: 'prod/wire/ROLE', seen: 0, reason: null, duration: null, once: false, offline: null };
  for (const by of [approver, auditor]) {
    refused(t, await wire.asAdmin(subjects.admin('secret.write'), statementOf(by, command), enclosed), 'role');
    refused(t, await asAdmin('projections.rebuild', {}, by), 'role');
    refused(t, await asAdmin('key.rotate', {}, by), 'role');
    t.is((await asAdmin('inbox.list', { limit: null, after: null }, by)).refusal, null);
  }
  refused(t, await asAdmin('access.grant', grant, auditor), 'role');
  t.is((await asAdmin('access.grant', grant, approver)).refusal, null);
});

test.serial('one statement is carried out once, however often it comes, and tells the first outcome, also after a restart', async (t) => {
  const { command, enclosed } = writing('prod/wire/ONCE', utf8('once'));
  const signed = statementOf(jetlock.identity, command);
  const send = async () => (await wire.asAdmin(subjects.admin('secret.write'), signed, enclosed)).result as { changed: boolean; seq: number; version: number };
  const together = await Promise.all([send(), send(), send()]);
  await steps.write('prod/wire/ONCE', 'another');
  const later = await send();
  t.deepEqual([...together, later].map(({ changed, version }) => [changed, version]), Array(4).fill([true, 1]));
  t.is(new Set([...together, later].map(({ seq }) => seq)).size, 1);
  orThrow(await jetlock.restart());
  t.deepEqual(await send(), later);
  const { secret } = orThrow(await jetlock.admin.query('secret.show', { path: pathOf('prod/wire/ONCE') })());
  t.deepEqual(secret.history.map(({ version }) => Number(version)), [1, 2]);
});
