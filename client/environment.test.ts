import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import * as E from 'fp-ts/lib/Either.js';
import { NATS, SERVICE } from '../cli/standard-options.ts';
import { variableOf } from '../cli/options.ts';
import { SecretPath, sure } from '../events/vocabulary.ts';
import { findDev } from './dev-file.ts';
import { connectionFrom, mayLookForDev, modeFrom, type Environment } from './environment.ts';
import { envSource } from './env-source.ts';
import { createSecretsClient, generateServiceToken, JetlockError, type SecretsOptions } from './mod.ts';
import { wishesIn } from './schema.ts';

const folder = mkdtempSync(join(tmpdir(), 'jetlock-environment-'));
const file = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content, { mode: 0o600 });
  return join(folder, name);
};
const thrown = (body: () => unknown): JetlockError => {
  try {
    body();
  } catch (error) {
    if (error instanceof JetlockError) return error;
  }
  throw new Error('no JetlockError');
};
const complete = { JETLOCK_NATS: 'nats://there', JETLOCK_IDENTITY: 'id.json', JETLOCK_SIGNING_KEY: 'key' };
const wishesOf = (...keys: ReadonlyArray<string>) => {
  const wishes = wishesIn(Object.fromEntries(keys.map((key) => [key, ''])), 'ns');
  return E.isRight(wishes) ? [...wishes.right.values()] : [];
};

test('every variable that the command line reads to connect is read here too', (t) => {
  const given = Object.fromEntries([...NATS, ...SERVICE].filter(({ name }) => !['json', 'context', 'trust-first-use'].includes(name)).map((option) => [variableOf(option), option.name]));
  t.deepEqual(connectionFrom({}, given), E.right({
    nats: { servers: 'nats', inboxPrefix: 'inbox-prefix', creds: 'creds', nkey: 'nkey', tlscert: 'tlscert', tlskey: 'tlskey', tlsca: 'tlsca' },
    identity: 'identity',
    servicePublicKey: 'signing-key',
  }));
  t.like(connectionFrom({}, { ...complete, JETLOCK_CONTEXT: 'shop', XDG_CONFIG_HOME: '/x' }), { right: { nats: { context: 'shop', configHome: '/x' } } });
  t.like(connectionFrom({}, { ...complete, JETLOCK_SIGNING_KEY: undefined, JETLOCK_TRUST_FIRST_USE: '1' }), { right: { servicePublicKey: { trustFirstUse: true } } });
});

test('a variable that ends in _FILE names a file with the value, or is the name of a file itself', (t) => {
  const environment: Environment = { JETLOCK_NATS_FILE: file('url', 'nats://from-file\n'), JETLOCK_IDENTITY_FILE: 'id.json', JETLOCK_SIGNING_KEY_FILE: file('key', 'key') };
  t.deepEqual(connectionFrom({}, environment), E.right({ nats: { servers: 'nats://from-file' }, identity: 'id.json', servicePublicKey: 'key' }));
  t.regex((connectionFrom({}, { ...complete, JETLOCK_SIGNING_KEY: undefined, JETLOCK_SIGNING_KEY_FILE: join(folder, 'none') }) as E.Left<JetlockError>).left.message, /JETLOCK_SIGNING_KEY_FILE/);
});

test('a flag that is neither on nor off is an error', (t) => {
  const wrong = connectionFrom({}, { ...complete, JETLOCK_SIGNING_KEY: undefined, JETLOCK_TRUST_FIRST_USE: 'ture' });
  t.true(E.isLeft(wrong) && wrong.left.message.includes('JETLOCK_TRUST_FIRST_USE'));
});

test('a jetlock dev is found from a folder below it, if nothing else is configured, and only where its file is for nobody else', (t) => {
  const [top, publicKey] = [mkdtempSync(join(tmpdir(), 'jetlock-dev-')), 'A'.repeat(43)];
  const below = join(top, 'src', 'deep');
  for (const made of [below, join(top, '.jetlock')]) mkdirSync(made, { recursive: true });
  t.deepEqual(findDev(below), E.right(undefined));
  const path = join(top, '.jetlock', 'dev.json');
  writeFileSync(path, JSON.stringify({ natsUrl: 'nats://dev', publicKey, natsIdentities: { client: 'client.nk' }, more: 1 }), { mode: 0o600 });
  t.deepEqual(findDev(below), E.right({ path, nats: { servers: 'nats://dev', nkey: 'client.nk' }, servicePublicKey: publicKey as never }));
  chmodSync(path, 0o644);
  t.true(E.isLeft(findDev(below)));
  t.true(mayLookForDev({ identity: 'mine' }, { HOME: '/' }));
  t.false(mayLookForDev({}, { NODE_ENV: 'production' }));
  t.false(mayLookForDev({}, { JETLOCK_NAMESPACE: 'prod/shop' }));
  t.false(mayLookForDev({ nats: { servers: 'here' } }, {}));
});

test('what another user left is refused in our own folder, and not looked at in one above', (t) => {
  const top = mkdtempSync(join(tmpdir(), 'jetlock-dev-'));
  const below = join(top, 'below');
  for (const made of [below, join(top, '.jetlock')]) mkdirSync(made, { recursive: true });
  writeFileSync(join(top, '.jetlock', 'dev.json'), '{}', { mode: 0o600 });
  const { getuid } = process;
  // Only root can give a file away; to be somebody else comes to the same.
  process.getuid = () => 12_345;
  try {
    t.deepEqual(findDev(below), E.right(undefined));
    t.regex((findDev(top) as E.Left<JetlockError>).left.message, /another user/);
  } finally {
    Object.assign(process, { getuid });
  }
});

test('what is given counts in place of variables; what is missing is told by its variable', (t) => {
  t.like(connectionFrom({ nats: { servers: 'here' }, identity: 'mine' }, { ...complete, JETLOCK_NKEY: 'other.nk' }), { right: { nats: { servers: 'here' }, identity: 'mine' } });
  for (const variable of ['JETLOCK_NATS', 'JETLOCK_IDENTITY', 'JETLOCK_SIGNING_KEY']) {
    const result = connectionFrom({}, { ...complete, [variable]: undefined });
    t.true(E.isLeft(result) && result.left.code === 'argument' && result.left.hint.includes(variable));
  }
  const alone = connectionFrom({}, { JETLOCK_IDENTITY: 'id.json' });
  t.true(E.isLeft(alone) && alone.left.hint.includes('a jetlock dev is looked for only where no JETLOCK_ variable is set'));
  const unnamed = connectionFrom({ nats: { servers: 'here' }, servicePublicKey: 'key' }, {});
  t.true(E.isLeft(unnamed) && ['JETLOCK_IDENTITY', 'JETLOCK_NATS', 'JETLOCK_SIGNING_KEY'].every((name) => unnamed.left.hint.includes(name)));
});

test('a variable alone does not take the service out of use in production, the code may', (t) => {
  t.deepEqual(modeFrom(undefined, {}), E.right('server'));
  t.deepEqual(modeFrom(undefined, { JETLOCK_MODE: 'env', NODE_ENV: 'development' }), E.right('env'));
  t.true(E.isLeft(modeFrom(undefined, { JETLOCK_MODE: 'env', NODE_ENV: 'production' })));
  t.deepEqual(modeFrom('env', { NODE_ENV: 'production' }), E.right('env'));
  t.deepEqual(modeFrom('server', { JETLOCK_MODE: 'env' }), E.right('server'));
  t.true(E.isLeft(modeFrom(undefined, { JETLOCK_MODE: 'on' })));
});

test('the environment counts before the file, and what is empty is not set', async (t) => {
  const path = file('some.env', 'A=from file\nB="two\\nlines"\nC=\nD=from file\n');
  const source = envSource({ A: 'from environment', D: '' }, path);
  const got = await source.read(wishesOf('A', 'B', 'C', 'D', 'E'));
  t.deepEqual([...got].map(([key, { text }]) => [key, text()]), [['A', 'from environment'], ['B', 'two\nlines'], ['D', 'from file']]);
  const missing = await t.throwsAsync(source.wait(wishesOf('A', 'C'), { timeoutMs: 60_000 }), { instanceOf: JetlockError });
  t.true(missing.message.includes(path) && missing.message.endsWith('1 of 2 secrets: C'));
  t.is((await t.throwsAsync(envSource({}, join(folder, 'none.env')).read(wishesOf('A')), { instanceOf: JetlockError })).code, 'file');
});

test('what the schema expects is checked: by the name of the key, never with its value', async (t) => {
  const wishes = [
    { key: 'URL', format: 'uri' },
    { key: 'PORT', pattern: '^[0-9]+$' },
    { key: 'ID', format: 'uuid', pattern: '^.' },
    { key: 'AHEAD', pattern: '(?=x)y' },
    { key: 'UNSET', format: 'date' },
  ].map((wish) => ({ ...wish, path: sure(SecretPath, `env/${wish.key}`), required: false }));
  const source = envSource({ URL: 'not a sécret', PORT: '80a', ID: '2eb8aa08-aa98-11ea-b4aa-73b441d16380', AHEAD: 'y' }, '/dev/null');
  const { code, message, hint, paths } = await t.throwsAsync(source.read(wishes), { instanceOf: JetlockError });
  t.deepEqual([code, message, paths], ['mismatch', 'not what the schema expects, in the environment or /dev/null: URL (format uri), PORT (pattern)', ['env/URL', 'env/PORT']]);
  t.notRegex(message + hint, /sécret|80a/);
  t.deepEqual([...(await source.read(wishes.slice(2))).keys()], ['ID', 'AHEAD']);
  t.is((await t.throwsAsync(source.wait(wishes, { timeoutMs: 1 }), { instanceOf: JetlockError })).code, 'mismatch');
});

test('wrong arguments throw at once', (t) => {
  const right: SecretsOptions = { namespace: 'prod/shop', nats: { servers: 'nats://there' }, identity: { service: 'shop', token: generateServiceToken() }, servicePublicKey: { trustFirstUse: true } };
  const wrong: ReadonlyArray<readonly [RegExp, Parameters<typeof createSecretsClient>[0], SecretsOptions]> = [
    [/namespace/, { A: '' }, { ...right, namespace: 'prod//shop' }],
    [/key/, { 'A B': '' }, right],
    [/description of A/, { A: 'two\nlines' }, right],
    [/schema/, { type: 'object', properties: { A: { type: 'number' } } } as never, right],
    [/schema/, { type: 'object', properties: { A: { type: 'string' } }, required: ['B'] }, right],
    [/schema/, 'prod/shop/A' as never, right],
    [/schema/, undefined as never, right],
    [/description of A/, { A: 1 } as never, right],
    [/token/, { A: '' }, { ...right, identity: { service: 'shop', token: 'short' } }],
    [/public key/, { A: '' }, { ...right, servicePublicKey: 'short' }],
    [/none/, { A: '' }, { ...right, identity: join(folder, 'none') }],
  ];
  for (const [said, schema, options] of wrong) t.regex(thrown(() => createSecretsClient(schema, options)).message, said);
  t.notThrows(() => createSecretsClient({ A: '' }, right));
});
