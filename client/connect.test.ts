import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { newToken } from '../crypto/credential.ts';
import { newSigningKey } from '../crypto/sign.ts';
import { ServiceName, sure } from '../events/vocabulary.ts';
import { startJetlock, type Jetlock } from '../tests/support/jetlock.ts';
import { newKeyIdentity, writeServiceIdentity } from './credential.ts';
import { connect, JetlockError, type ConnectOptions } from './mod.ts';

let jetlock: Jetlock;
test.before(async () => {
  jetlock = await startJetlock();
});
test.after.always(() => jetlock.stop());

const token = newToken().reveal();
const options = (): ConnectOptions => ({
  nats: { servers: jetlock.nats.url },
  identity: { service: 'billing', token },
  servicePublicKey: jetlock.identity.servicePublicKey,
});

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no error',
    (error: unknown) => (error instanceof JetlockError && !error.message.includes(token) ? error.code : error),
  );

test('a service connects with its token, or with an identity file', async (t) => {
  const file = join(mkdtempSync(join(tmpdir(), 'jetlock-connect-')), 'identity.json');
  writeServiceIdentity(file, newKeyIdentity(sure(ServiceName, 'billing')));
  for (const identity of [options().identity, file]) {
    const client = await connect({ ...options(), identity });
    const { status, fingerprint } = await client.register();
    t.is(status, 'pending_approval');
    t.is(fingerprint, client.fingerprint);
    t.is(await codeOf(client.get('shop/A')), 'credential_pending');
    await client.close();
  }
});

test('only the service with the key that was given is believed; on first use anyone is', async (t) => {
  const wary = await connect({ ...options(), servicePublicKey: newSigningKey().publicKey });
  t.is(await codeOf(wary.register()), 'distrusted');
  await wary.close();
  const trusting = await connect({ ...options(), servicePublicKey: { trustFirstUse: true } });
  t.is(await codeOf(trusting.register()), 'no error');
  await trusting.close();
});

test('what cannot be right is refused before anything is connected', async (t) => {
  const wrong: ReadonlyArray<readonly [string, Partial<ConnectOptions>]> = [
    ['argument', { identity: { service: 'Not A Name', token } }],
    ['argument', { identity: { service: 'billing', token: `${token}x` } }],
    ['argument', { servicePublicKey: 'short' }],
    ['argument', { client: { name: 'two words', version: '1' } }],
    ['file', { identity: join(tmpdir(), 'jetlock-no-such-file') }],
  ];
  for (const [code, change] of wrong) t.is(await codeOf(connect({ ...options(), ...change })), code, Object.keys(change).join());
});
