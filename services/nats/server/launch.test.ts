import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import test, { type ExecutionContext } from 'ava';
import { connect, type NatsConnection } from 'nats';
import { until } from '../../../tests/support/latch.ts';
import { natsServer, startNats } from '../../../tests/support/nats.ts';
import { launchServer } from './launch.ts';

const temporary = async (t: ExecutionContext): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'jetlock-launch-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

const connected = async (t: ExecutionContext, url: string): Promise<NatsConnection> => {
  const nc = await connect({ servers: url, reconnect: false });
  t.teardown(() => nc.close());
  return nc;
};

test('a stream outlives kill -9 and a restart on the same port', async (t) => {
  const nats = await startNats(t, { syncAlways: true });
  const first = await connected(t, nats.url);
  await (await jetstreamManager(first)).streams.add({ name: 'S', subjects: ['s'] });
  await jetstream(first).publish('s', 'kept');
  const before = nats.server();
  await nats.kill9();
  t.is((await before.exited).signal, 'SIGKILL');
  await nats.restart();
  t.is(nats.server().port, before.port);
  t.not(nats.server().pid, before.pid);
  const kept = await (await jetstreamManager(await connected(t, nats.url))).streams.getMessage('S', { seq: 1 });
  t.is(kept?.string(), 'kept');
});

test('what it is asked for is what it runs with', async (t) => {
  const { path } = await natsServer();
  const storeDir = join(await temporary(t), 'with "quotes"');
  const logFile = join(storeDir, '../server.log');
  const server = await launchServer({ path, storeDir, logFile, port: 0, syncAlways: true, config: 'max_payload: 2MB' });
  t.teardown(() => server.stop('SIGKILL'));
  t.is((await connected(t, server.url)).info?.max_payload, 2 * 1024 * 1024);
  const file = join(storeDir, 'nats-server.conf');
  t.is((await stat(file)).mode & 0o777, 0o600);
  t.regex(await readFile(file, 'utf8'), /sync_interval: always/);
  await server.stop();
  t.regex(await readFile(logFile, 'utf8'), /Server is ready/);
});

test('a port that is in use, a wrong configuration and a missing program are said', async (t) => {
  const nats = await startNats(t);
  const { path } = await natsServer();
  const storeDir = await temporary(t);
  await t.throwsAsync(launchServer({ path, storeDir, port: nats.port }), { message: /did not start: .*address already in use/ });
  await t.throwsAsync(launchServer({ path, storeDir, port: 0, config: 'no_such_thing: 1' }), { message: /did not start: .*no_such_thing/ });
  await t.throwsAsync(launchServer({ path: '/nonexistent', storeDir, port: 0 }), { message: /did not start: .*ENOENT/ });
});

test('the server does not outlive a process that was killed', async (t) => {
  const { path } = await natsServer();
  const storeDir = await temporary(t);
  const program = `
    const { launchServer } = await import(${JSON.stringify(new URL('launch.ts', import.meta.url).href)});
    const { pid, url } = await launchServer(${JSON.stringify({ path, storeDir, port: 0 })});
    console.log(JSON.stringify({ pid, url }));`;
  const parent = spawn(process.execPath, ['--import=tsx', '--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => parent.kill('SIGKILL'));
  const [line] = (await until(once(parent.stdout, 'data'), 30_000, 'the server of the other process')) as [Buffer];
  const { pid, url } = JSON.parse(line.toString()) as { pid: number; url: string };
  t.teardown(() => {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Gone, as it should be.
    }
  });
  const nc = await connected(t, url);
  parent.kill('SIGKILL');
  await t.notThrowsAsync(until(nc.closed(), 30_000, 'the server to be gone'));
});
