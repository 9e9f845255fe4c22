import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createUser } from '@nats-io/nkeys';
import test from 'ava';
import * as E from 'fp-ts/lib/Either.js';
import type { NatsConnection } from 'nats';
import { latch } from '../../tests/support/latch.ts';
import { startNats } from '../../tests/support/nats.ts';
import type { NatsOptions } from './connect.ts';
import { connectNats } from './connect.ts';

const user = createUser();
const PASSWORD = 's3cr3t pass';
const nats = await startNats(undefined, {
  config: `authorization { users: [ { nkey: ${user.getPublicKey()} }, { user: ada, password: "${PASSWORD}" } ] }`,
});
/** One that nobody could tell in time who they are: a machine that stood still. */
const impatient = createServer((socket) => void socket.on('error', () => undefined).end(`INFO ${JSON.stringify({ version: '2.14.0', headers: true, auth_required: true, max_payload: 1 })}\r\n-ERR 'Authentication Timeout'\r\n`));
await new Promise<void>((resolve) => void impatient.listen(0, '127.0.0.1', resolve));
const impatientUrl = `127.0.0.1:${(impatient.address() as AddressInfo).port}`;
test.after.always(async () => {
  impatient.close();
  await nats.stop();
});

const directory = mkdtempSync(join(tmpdir(), 'jetlock-connect-'));
const file = (name: string, content: string | Uint8Array, mode = 0o600): string => {
  const path = join(directory, name);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
};
const seedFile = file('ada.nk', `# a comment\n${new TextDecoder().decode(user.getSeed())}\n`);
const passwordFile = file('password', `${PASSWORD}\n`);

/** In words, what came of it: a connection that was made by mistake is no failure. */
const failureOf = async (options: NatsOptions): Promise<string> => {
  const made = await attempt(options);
  return typeof made === 'string' ? made : made.close().then(() => 'connected');
};

const attempt = async (options: NatsOptions): Promise<NatsConnection | string> => {
  const result = await connectNats(options)();
  return E.isRight(result) ? result.right : `${result.left._tag}: ${result.left.why}; ${result.left.hint}`;
};

const ways: Readonly<Record<string, NatsOptions>> = {
  'an nkey': { servers: nats.url, nkey: seedFile },
  'a user with a password': { servers: nats.url, user: 'ada', password: PASSWORD },
  'a user with a password in a file': { servers: nats.url, user: 'ada', passwordFile },
  'a user in the address': { servers: nats.url.replace('nats://', `nats://ada:${encodeURIComponent(PASSWORD)}@`) },
  'the second server, if the first is not there': { servers: ['127.0.0.1:1', nats.url], nkey: seedFile },
};

for (const [what, options] of Object.entries(ways))
  test(`connects with ${what}`, async (t) => {
    const nc = await attempt(options);
    if (typeof nc === 'string') return t.fail(nc);
    await nc.flush();
    await nc.close();
    return t.pass();
  });

test('connects as a context of the nats command line says, named or selected', async (t) => {
  const configHome = mkdtempSync(join(tmpdir(), 'jetlock-config-'));
  mkdirSync(join(configHome, 'nats', 'context'), { recursive: true });
  const path = join(configHome, 'nats', 'context', 'prod.json');
  writeFileSync(path, JSON.stringify({ url: nats.url, nkey: seedFile, inbox_prefix: '_INBOX_shop' }), { mode: 0o600 });
  t.regex(await failureOf({ context: '', configHome }), /no context of the nats command line is selected/);
  writeFileSync(join(configHome, 'nats', 'context.txt'), 'prod\n');
  for (const context of ['prod', '']) {
    const nc = await attempt({ context, configHome });
    if (typeof nc === 'string') return t.fail(nc);
    await nc.close();
  }
  t.regex(await failureOf({ context: '../prod', configHome }), /not the name of a context/);
  t.regex(await failureOf({ context: 'other', configHome }), /other\.json: it does not exist/);
  chmodSync(path, 0o644);
  return t.regex(await failureOf({ context: 'prod', configHome }), /can be read by others; chmod 600/);
});

const open = file('open.nk', user.getSeed(), 0o640);
const refusals: Readonly<Record<string, readonly [NatsOptions, RegExp]>> = {
  'nobody listens': [{ servers: '127.0.0.1:1' }, /^unavailable: cannot connect to nats at 127\.0\.0\.1:1: connection refused; check that nats-server runs there/],
  'the user is not known': [{ servers: nats.url, nkey: file('other.nk', createUser().getSeed()) }, /^forbidden: nats at \S+ does not know this user; /],
  'the password is wrong': [{ servers: nats.url, user: 'ada', password: 'wr0ng' }, /^forbidden: nats at/],
  'nobody was named': [{ servers: nats.url }, /^forbidden: nats at/],
  'the server did not wait for us': [{ servers: impatientUrl, nkey: seedFile }, /^unavailable: cannot connect to nats at \S+: it was not told in time who connects; /],
  'others can read the seed': [{ servers: nats.url, nkey: open }, /^file: .* can be read by others; chmod 600/],
  'others can read the password': [{ servers: nats.url, user: 'ada', passwordFile: file('open-password', PASSWORD, 0o604) }, /^file: .* can be read by others/],
  'the seed is none': [{ servers: nats.url, nkey: file('none.nk', 'SUNOTASEED') }, /^file: .*none\.nk does not hold the nkey seed of a NATS user/],
  'the credentials are none': [{ servers: nats.url, creds: file('none.creds', 'nothing') }, /^file: .*none\.creds does not hold credentials/],
  'TLS is demanded and not offered': [{ servers: nats.url.replace('nats:', 'tls:'), nkey: seedFile }, /^unavailable: cannot connect to nats at \S+: it does not offer TLS/],
  'the authority is not there': [{ servers: nats.url, nkey: seedFile, tlsca: '/none.pem' }, /^file: cannot read \/none\.pem/],
  'the address is none': [{ servers: 'http://ada:s3cr3t@one' }, /^file: no address of a nats-server was given/],
};

for (const [when, [options, expected]] of Object.entries(refusals))
  test(`says what is wrong when ${when}`, async (t) => {
    const failure = await failureOf(options);
    t.regex(failure, expected);
    for (const secret of [PASSWORD, 's3cr3t', 'wr0ng', 'SUNOTASEED']) t.notRegex(failure, new RegExp(secret));
  });

test('waits for a server that is not there yet, where it was told to', async (t) => {
  const late = await startNats(t);
  await late.kill9();
  const connecting = connectNats({ servers: late.url, waitForServer: true })();
  await late.restart();
  const nc = await connecting;
  if (E.isLeft(nc)) return t.fail(nc.left.why);
  await nc.right.close();
  return t.pass();
});

test('comes back by itself after a restart', async (t) => {
  const own = await startNats(t);
  const nc = await connectNats({ servers: own.url })();
  if (E.isLeft(nc)) return t.fail(nc.left.why);
  t.teardown(() => nc.right.close());
  const back = latch(30_000, 'the connection to come back');
  void (async () => {
    for await (const { type } of nc.right.status()) if (type === 'reconnect') back.open();
  })();
  await own.restart();
  await back.opened();
  await nc.right.flush();
  return t.pass();
});
