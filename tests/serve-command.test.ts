/** `jetlock serve` in a process of its own, as a supervisor runs it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { freePorts } from './support/free-ports.ts';
import { until } from './support/latch.ts';
import { eventually } from './support/poll.ts';
import { PROGRAM } from './support/program.ts';
import { startInstallation } from './support/replicas.ts';

const LIMIT_MS = 60_000;
/** So wrong from the moment at which it listens that nothing is written any more, however long it tries. */
const WRONG_CLOCK = `
  import { Server } from 'node:net';
  const [now, { listen }] = [Date.now, Server.prototype];
  Server.prototype.listen = function (...args) {
    Date.now = () => now() + 40_000;
    return listen.apply(this, args);
  };`;

test('who stops it before it is ready need not wait until it is', async (t) => {
  const installation = await startInstallation({ servers: 1, replicas: 1 });
  t.teardown(installation.stop);
  const [dataDir = ''] = installation.dataDirs;
  const [port = 0] = await freePorts(1);
  const KEY_ENCRYPTION_KEY_FILE = join(dataDir, 'operator.key');
  await writeFile(KEY_ENCRYPTION_KEY_FILE, installation.operatorKey, { mode: 0o600 });
  const args = ['serve', '--nats', installation.cluster.urls.join(','), '--data', dataDir, '--http-port', `${port}`];
  const env = { PATH: process.env.PATH, HOME: dataDir, KEY_ENCRYPTION_KEY_FILE, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(WRONG_CLOCK)}` };
  const child = spawn(process.execPath, [PROGRAM, ...args], { env, stdio: 'ignore' });
  t.teardown(() => child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  const why = async () => ((await (await fetch(`http://127.0.0.1:${port}/readyz`)).json()) as { readonly why: string }).why;
  const isTrying = () => why().then((text) => (text.includes('clock') ? true : undefined), () => undefined);
  await eventually(isTrying, LIMIT_MS, 'it to try');
  child.kill('SIGTERM');
  t.deepEqual(await until(ended, LIMIT_MS, 'its end'), [0, null]);
});

test('who stops it while it waits for NATS need not wait either', async (t) => {
  const [port = 0] = await freePorts(1);
  const child = spawn(process.execPath, [PROGRAM, 'serve', '--nats', `127.0.0.1:${port}`], { env: { PATH: process.env.PATH }, stdio: ['ignore', 'ignore', 'pipe'] });
  t.teardown(() => child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  await until(once(child.stderr, 'data'), LIMIT_MS, 'what it waits for');
  child.kill('SIGTERM');
  t.deepEqual(await until(ended, LIMIT_MS, 'its end'), [0, null]);
});
