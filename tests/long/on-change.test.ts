/** Rotations while nats-server dies and the service starts again: every handler sees the last value, and none an older one after a newer one. */
import test from 'ava';
import { newTokenIdentity } from '../../client/credential.ts';
import { createSecretsClient } from '../../client/mod.ts';
import { orThrow, startJetlock } from '../support/jetlock.ts';
import { eventually } from '../support/poll.ts';
import { scaled } from '../support/scale.ts';
import { serviceOf, stepsOf } from '../support/steps.ts';

const ROTATIONS = scaled(30, 1_000);
const PROGRAMS = 4;
/** Each is interrupted so often, by turns by the end of nats-server and of the service. */
const INTERRUPTIONS = scaled(2, 12);
const LIMIT_MS = 60_000;
const KEYS = ['DB', 'API'] as const;

const jetlock = await startJetlock();
test.after.always(() => jetlock.stop());
const steps = stepsOf(jetlock);

/** Values that came with the version of another one. */
const mistaken: string[] = [];

type Seen = { readonly program: number; readonly key: string; readonly versions: number[] };

const program = async (n: number, seen: Seen[]) => {
  const identity = newTokenIdentity(serviceOf(`program-${n}`));
  if (identity.kind !== 'token') throw new Error('a token was made');
  await (await steps.approved(identity.service, identity)).close();
  await steps.grant(identity.service, 'prod/shop/');
  const secrets = createSecretsClient(
    { DB: 'to reach the orders', API: 'to be paid' },
    {
      namespace: 'prod/shop',
      nats: { servers: jetlock.nats.url },
      identity: { service: identity.service, token: identity.token.reveal() },
      servicePublicKey: jetlock.identity.servicePublicKey,
      onError: () => undefined,
    },
  );
  await secrets.getAll();
  for (const key of KEYS) {
    const versions: number[] = [];
    seen.push({ program: n, key, versions });
    let calls = 0;
    secrets.onChange(key, (value, { version }) => {
      versions.push(version);
      if (value !== `${key} ${version}`) mistaken.push(`${key} ${version}`);
      // Now and then one fails: it must be called again, with that version or a newer one.
      if ((calls += 1) % 17 === 0) throw new Error('not now');
    });
  }
  return secrets;
};

const interrupt = async (n: number): Promise<void> => {
  if (n % 2 === 1) return void orThrow(await jetlock.restart());
  await jetlock.nats.kill9();
  await jetlock.nats.restart();
  await jetlock.connected();
};

/** Again, while nobody is there to be told: the same value twice makes one version. */
const write = (key: string, version: number): Promise<unknown> =>
  eventually(() => steps.write(`prod/shop/${key}`, `${key} ${version}`).catch(() => undefined), LIMIT_MS, `version ${version} of ${key}`);

test.serial(`${ROTATIONS} rotations reach every handler`, async (t) => {
  for (const key of KEYS) await steps.write(`prod/shop/${key}`, `${key} 1`);
  const seen: Seen[] = [];
  const programs = await Promise.all(Array.from({ length: PROGRAMS }, (_, n) => program(n, seen)));
  t.teardown(() => Promise.all(programs.map((secrets) => secrets.close())));
  const every = Math.ceil(ROTATIONS / (INTERRUPTIONS + 1));
  let interruptions = 0;
  for (let version = 2; version <= ROTATIONS + 1; version += 1) {
    // In the midst of it: what is written while one is away must not be missed either.
    const away = version % every === 0 ? interrupt((interruptions += 1) - 1) : Promise.resolve();
    for (const key of KEYS) await write(key, version);
    await away;
  }
  const last = ROTATIONS + 1;
  await eventually(() => seen.every(({ versions }) => versions.at(-1) === last) || undefined, LIMIT_MS, 'the last value everywhere').catch(() => undefined);
  for (const { program: n, key, versions } of seen) {
    t.is(versions.at(-1), last, `program ${n}, ${key}`);
    t.deepEqual(versions, [...versions].sort((a, b) => a - b), `program ${n}, ${key}`);
    t.true(versions.length >= INTERRUPTIONS);
  }
  t.true(interruptions >= INTERRUPTIONS);
  t.deepEqual(mistaken, []);
  const { items } = orThrow(await jetlock.admin.list('secret.list', { prefix: 'prod/shop/' })());
  t.true(items.every(({ version }) => version === last));
});
