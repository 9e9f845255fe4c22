/** A client in another language, written from the page about the protocol and its vectors alone, against a real service. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { ROOT } from './support/bundle.ts';
import { orThrow, startJetlock } from './support/jetlock.ts';
import { eventually } from './support/poll.ts';
import { python } from './support/python.ts';
import { stepsOf } from './support/steps.ts';

const folder = join(ROOT, 'examples/python');
const PATHS = ['prod/snake/ONE', 'prod/snake/TWO'] as const;

test('the client in Python holds to the vectors, and is short', async (t) => {
  const vectors = ['docs/reference/vectors/wire.json', 'crypto/vectors/frames.json'].map((path) => join(ROOT, path));
  t.is((await python([join(folder, 'test_vectors.py'), ...vectors])).toString(), 'all vectors hold\n');
  t.true(readFileSync(join(folder, 'jetlock.py'), 'utf8').split('\n').length <= 151);
});

test('the client in Python registers, waits for approval, and gets secrets byte for byte', async (t) => {
  const jetlock = await startJetlock();
  const home = await mkdtemp(join(tmpdir(), 'jetlock-python-'));
  t.teardown(async () => {
    await jetlock.stop();
    await rm(home, { recursive: true });
  });
  const steps = stepsOf(jetlock);
  const values = [randomBytes(1000), randomBytes(10)].map((bytes) => bytes.toString('base64'));
  const env = {
    JETLOCK_NATS: jetlock.nats.url,
    JETLOCK_SERVICE: 'snake',
    JETLOCK_TOKEN_FILE: join(home, 'token'),
    JETLOCK_SIGNING_KEY: jetlock.identity.servicePublicKey,
  };
  const client = (...words: ReadonlyArray<string>) => python([join(folder, 'jetlock.py'), ...words], env);

  const [status, fingerprint = ''] = (await client('register')).toString().trim().split(' ');
  t.is(status, 'pending_approval');
  const waiting = client('get', ...PATHS, '--wait', '60');
  await steps.approve('snake', fingerprint);
  const asked = async () => {
    const { items } = orThrow(await jetlock.admin.list('access.list', { status: 'requested' })());
    return items.length === PATHS.length ? items : undefined;
  };
  await eventually(asked, 60_000, 'that it asks for both');
  for (const [index, path] of PATHS.entries()) {
    await steps.write(path, values[index]!);
    await steps.grant('snake', path);
  }
  t.is((await waiting).toString(), values.join(''));
  await t.throwsAsync(client('get', 'prod/snake/OTHER'), { message: /nobody approved it in time/ });
  await t.throwsAsync(python([join(folder, 'jetlock.py'), 'get', PATHS[0]], { ...env, JETLOCK_SIGNING_KEY: 'A'.repeat(43) }), { message: /not the service that JETLOCK_SIGNING_KEY names/ });
});
