/** The same cases against every source of values: a fake, the environment, and a real service on a real nats-server. */
import { inspect } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { orThrow, startJetlock, type Jetlock } from './support/jetlock.ts';
import { latch, until } from './support/latch.ts';
import { eventually } from './support/poll.ts';
import { pathOf, serviceOf, stepsOf } from './support/steps.ts';
import { newTokenIdentity } from '../client/credential.ts';
import { createSecretsClient, JetlockError, type SecretsClient } from '../client/mod.ts';
import { fakeSecrets } from '../client/testing/mod.ts';

const schema = {
  type: 'object',
  properties: {
    DB_PASSWORD: { type: 'string', description: 'to reach the orders' },
    STRIPE_KEY: { type: 'string' },
    REGION: { type: 'string', default: 'eu' },
    SENTRY_DSN: { type: 'string' },
  },
  required: ['DB_PASSWORD', 'STRIPE_KEY'],
} as const;
type Key = keyof typeof schema.properties;
type Secrets = SecretsClient<typeof schema>;

/** A client, and what sets and takes away the values that it sees. */
type Scene = { readonly secrets: Secrets; readonly set: (key: Key, value: string) => Promise<unknown>; readonly refuse: (key: Key) => Promise<unknown> };
type Source = { readonly name: string; readonly pushes: boolean; readonly inVainMs: number; readonly open: (t: ExecutionContext) => Promise<Scene> };

const LIMIT_MS = 30_000;
/** For a wait in vain: less than others wait for, and enough for a connection and an answer. */
const IN_VAIN_MS = 2_000;
let jetlock: Jetlock;
let made = 0;
test.before(async () => {
  jetlock = await startJetlock();
});
test.after.always(() => jetlock.stop());

const fake: Source['open'] = async () => {
  const secrets = fakeSecrets({}, { schema });
  return { secrets, set: async (key, value) => secrets.set(key, value), refuse: async (key) => secrets.refuse(key) };
};

/** The environment of this process is all there is: so these cases run one after the other. */
const environment: Source['open'] = async (t) => {
  const clear = () => Object.keys(schema.properties).forEach((key) => Reflect.deleteProperty(process.env, key));
  clear();
  t.teardown(clear);
  return {
    secrets: createSecretsClient(schema, { mode: 'env', envFile: '/dev/null' }),
    set: async (key, value) => (process.env[key] = value),
    refuse: async (key) => Reflect.deleteProperty(process.env, key),
  };
};

const real: Source['open'] = async () => {
  const steps = stepsOf(jetlock);
  const [service, namespace] = [`shop-${(made += 1)}`, `prod/shop-${made}`];
  const identity = newTokenIdentity(serviceOf(service));
  if (identity.kind !== 'token') throw new Error('a token was made');
  await (await steps.approved(service, identity)).close();
  const secrets = createSecretsClient(schema, {
    namespace,
    nats: { servers: jetlock.nats.url },
    identity: { service, token: identity.token.reveal() },
    servicePublicKey: jetlock.identity.servicePublicKey,
  });
  await steps.grant(service, `${namespace}/`);
  return { secrets, set: (key, value) => steps.write(`${namespace}/${key}`, value), refuse: (key) => steps.deny(service, `${namespace}/${key}`) };
};

const SOURCES: ReadonlyArray<Source> = [
  { name: 'fake', pushes: true, inVainMs: 50, open: fake },
  { name: 'environment', pushes: false, inVainMs: 50, open: environment },
  { name: 'service', pushes: true, inVainMs: IN_VAIN_MS, open: real },
];

const thrownBy = async (work: Promise<unknown>): Promise<JetlockError> => {
  const error = await work.then(() => undefined, (reason: unknown) => reason);
  if (!(error instanceof JetlockError)) throw new Error(`not a JetlockError: ${String(error)}`);
  return error;
};

/** What a wait is rejected with when its time is over: longer, where it was not even enough for an answer. */
const thrownInTime = async (wait: (timeoutMs: number) => Promise<unknown>, firstMs: number): Promise<JetlockError> => {
  const error = await thrownBy(wait(firstMs));
  return error.code === 'unavailable' && firstMs < LIMIT_MS ? thrownInTime(wait, firstMs * 2) : error;
};

for (const { name, pushes, inVainMs, open } of SOURCES) {
  const scene = async (t: ExecutionContext): Promise<Scene> => {
    const opened = await open(t);
    t.teardown(() => opened.secrets.close());
    return opened;
  };

  test.serial(`${name}: one value, in a box or not, and all of them`, async (t) => {
    const { secrets, set } = await scene(t);
    await set('DB_PASSWORD', 'hunter2');
    await set('STRIPE_KEY', 'sk_live_1');
    t.is(await secrets.getSecret('DB_PASSWORD'), 'hunter2');
    const boxed = await secrets.getSecretValue('DB_PASSWORD');
    t.is(boxed.reveal(), 'hunter2');
    t.false([String(boxed), inspect(boxed, { showHidden: true }), JSON.stringify({ boxed })].some((shown) => shown.includes('hunter2')));
    t.deepEqual(await secrets.getAll(), { DB_PASSWORD: 'hunter2', STRIPE_KEY: 'sk_live_1', REGION: 'eu', SENTRY_DSN: undefined });
    await set('REGION', 'us');
    t.is(await secrets.getSecret('REGION'), 'us');
  });

  test.serial(`${name}: everything that is missing is named at once, with what to do next`, async (t) => {
    const { secrets, set, refuse } = await scene(t);
    const all = await thrownBy(secrets.getAll());
    t.is(all.code, 'refused');
    t.regex(all.message, /2 of 4 secrets: .*DB_PASSWORD.*STRIPE_KEY/);
    t.notRegex(all.message, /REGION|SENTRY/);
    t.regex(all.hint, pushes ? /jetlock inbox.*jetlock secret set PATH.*jetlock access grant/ : /JETLOCK_MODE/);
    t.regex((await thrownBy(secrets.getSecret('DB_PASSWORD'))).message, /: DB_PASSWORD/);
    await set('DB_PASSWORD', 'once');
    await set('STRIPE_KEY', 'there');
    await refuse('DB_PASSWORD');
    const one = await thrownBy(secrets.getAll());
    t.regex(one.message, /1 of 4 secrets: DB_PASSWORD/);
    t.deepEqual([await secrets.getSecret('REGION'), await secrets.getSecret('SENTRY_DSN')], ['eu', undefined]);
  });

  test.serial(`${name}: a key that is not in the schema is refused`, async (t) => {
    const { secrets } = await scene(t);
    t.is((await thrownBy(secrets.getSecret('OTHER' as Key))).code, 'argument');
    t.is(t.throws(() => secrets.onChange('OTHER' as Key, () => undefined), { instanceOf: JetlockError }).code, 'argument');
  });

  test.serial(`${name}: waiting gives what is there, and names what is not when its time is over`, async (t) => {
    const { secrets, set } = await scene(t);
    t.regex((await thrownInTime((timeoutMs) => secrets.waitFor({ timeoutMs }), inVainMs)).message, /2 of 2 secrets: .*DB_PASSWORD.*STRIPE_KEY/);
    await set('STRIPE_KEY', 'k');
    t.is(await secrets.waitFor('STRIPE_KEY', { timeoutMs: LIMIT_MS }), 'k');
    t.regex((await thrownInTime((timeoutMs) => secrets.waitFor(['STRIPE_KEY', 'DB_PASSWORD'], { timeoutMs }), inVainMs)).message, /1 of 2 secrets: DB_PASSWORD/);
    if (pushes) t.is((await thrownBy(secrets.waitFor('DB_PASSWORD', { timeoutMs: LIMIT_MS, signal: AbortSignal.abort() }))).code, 'aborted');
    const waiting = pushes ? secrets.waitFor({ timeoutMs: LIMIT_MS }) : undefined;
    await set('DB_PASSWORD', 'p');
    t.deepEqual(await (waiting ?? secrets.waitFor({ timeoutMs: LIMIT_MS })), { DB_PASSWORD: 'p', STRIPE_KEY: 'k', REGION: 'eu', SENTRY_DSN: undefined });
  });

  if (pushes)
    test.serial(`${name}: a handler is called with what comes after what was handed out, and with nothing else`, async (t) => {
      const { secrets, set } = await scene(t);
      await set('DB_PASSWORD', 'v1');
      await secrets.getSecret('DB_PASSWORD');
      await set('DB_PASSWORD', 'v2');
      const seen: string[] = [];
      const [second, last] = [latch(LIMIT_MS, 'v2'), latch(LIMIT_MS, 'v4')];
      const end = secrets.onChange('DB_PASSWORD', (value, { key, version }) => {
        seen.push(`${key} ${version} ${value}`);
        if (value === 'v2') second.open();
        if (value === 'v4') last.open();
      });
      await second.opened();
      t.deepEqual(seen, ['DB_PASSWORD 2 v2']);
      await set('DB_PASSWORD', 'v3');
      await set('DB_PASSWORD', 'v4');
      await last.opened();
      t.is(seen.at(-1), 'DB_PASSWORD 4 v4');
      const count = seen.length;
      end();
      await set('DB_PASSWORD', 'v5');
      t.is(await secrets.getSecret('DB_PASSWORD'), 'v5');
      t.is(seen.length, count);
    });

  if (pushes)
    test.serial(`${name}: a handler of a key that got its first value is called with it`, async (t) => {
      const { secrets, set } = await scene(t);
      t.is(await secrets.getSecret('SENTRY_DSN'), undefined);
      const got = latch<string>(LIMIT_MS, 'the first value');
      secrets.onChange('SENTRY_DSN', got.open);
      await set('SENTRY_DSN', 'https://sentry');
      t.is(await got.opened(), 'https://sentry');
    });

  if (pushes)
    test.serial(`${name}: what is closed answers no more, and nobody waits for it`, async (t) => {
      const { secrets, set } = await scene(t);
      await set('DB_PASSWORD', 'v1');
      await secrets.getSecret('DB_PASSWORD');
      const waiting = thrownBy(secrets.waitFor('SENTRY_DSN', { timeoutMs: 10 * LIMIT_MS }));
      await secrets.close();
      t.true(['aborted', 'unavailable'].includes((await until(waiting, LIMIT_MS, 'the end of waiting')).code));
      t.is((await thrownBy(secrets.getSecret('DB_PASSWORD'))).code, 'unavailable');
    });
}

test.serial('without an identity that is known, the client registers itself and says what an admin has to type', async (t) => {
  const { token } = newTokenIdentity(serviceOf('newcomer')) as { readonly token: { reveal: () => string } };
  const secrets = createSecretsClient(
    { DB: 'why' },
    { namespace: 'prod/new', nats: { servers: jetlock.nats.url }, identity: { service: 'newcomer', token: token.reveal() }, servicePublicKey: jetlock.identity.servicePublicKey },
  );
  t.teardown(() => secrets.close());
  const error = await thrownBy(secrets.getAll());
  t.is(error.code, 'credential_pending');
  const [fingerprint] = /[0-9a-z]{5}(-[0-9a-z]{4}){4}-[0-9a-z]{5}/.exec(error.message) ?? [];
  t.true(fingerprint !== undefined && error.hint.endsWith(`jetlock service approve newcomer ${fingerprint}`));
  t.is((await thrownInTime((timeoutMs) => secrets.waitFor({ timeoutMs }), IN_VAIN_MS)).code, 'credential_pending');
  const steps = stepsOf(jetlock);
  const waiting = secrets.waitFor({ timeoutMs: LIMIT_MS });
  await steps.approve('newcomer', fingerprint as never);
  await steps.write('prod/new/DB', 'v');
  await steps.grant('newcomer', 'prod/new/');
  t.deepEqual(await until(waiting, LIMIT_MS, 'the value'), { DB: 'v' });
  await steps.revokeCredential('newcomer', fingerprint as never);
  const denied = await thrownBy(secrets.getSecret('DB'));
  t.is(denied.code, 'unauthorized');
  t.regex(denied.message, /denied or revoked/);
});

test.serial('a service that is not there yet is tried again with the next request', async (t) => {
  const identity = { service: 'shop', token: (newTokenIdentity(serviceOf('shop')) as { readonly token: { reveal: () => string } }).token.reveal() };
  const secrets = createSecretsClient({ DB: 'why' }, { namespace: 'prod/x', nats: { servers: 'nats://127.0.0.1:1' }, identity, servicePublicKey: { trustFirstUse: true } });
  t.teardown(() => secrets.close());
  for (let n = 0; n < 2; n += 1) t.is((await thrownBy(secrets.getSecret('DB'))).code, 'unavailable');
  t.is((await thrownBy(secrets.waitFor('DB', { timeoutMs: 300 }))).code, 'unavailable');
});

test('a fake calls a handler with what is set after it was registered, whether or not the program has asked before', async (t) => {
  const secrets = fakeSecrets({ A: '1', B: '2' });
  t.teardown(() => secrets.close());
  const seen: string[] = [];
  const got = latch(LIMIT_MS, 'B');
  secrets.onChange('A', (value) => seen.push(value));
  secrets.onChange('B', (value) => {
    seen.push(value);
    got.open();
  });
  secrets.set('B', '3');
  await got.opened();
  t.deepEqual(seen, ['3']);
});

test.serial('a version that a handler has taken is told to the service', async (t) => {
  const { secrets, set } = await real(t);
  t.teardown(() => secrets.close());
  await set('DB_PASSWORD', 'v1');
  await secrets.getSecret('DB_PASSWORD');
  const taken = latch(LIMIT_MS, 'v2');
  secrets.onChange('DB_PASSWORD', () => taken.open());
  await set('DB_PASSWORD', 'v2');
  await taken.opened();
  const path = pathOf(`prod/shop-${made}/DB_PASSWORD`);
  await eventually(
    async () => orThrow(await jetlock.admin.query('secret.show', { path })()).rollout.find(({ processes }) => processes.some(({ version }) => version === 2)),
    LIMIT_MS,
    'the report',
  );
  t.pass();
});
