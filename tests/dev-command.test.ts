/** `jetlock dev` and the nats-server that it starts. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { natsServer } from './support/nats.ts';
import { eventually } from './support/poll.ts';
import { until } from './support/latch.ts';
import { memoryIo } from '../cli/memory-io.ts';
import { runProgram } from '../cli/program.ts';

const LIMIT_MS = 60_000;

test('when its nats-server ends by itself it ends too, and says so', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'jetlock-dev-'));
  t.teardown(() => rm(directory, { recursive: true }));
  const [pidFile, named] = [join(directory, 'pid'), join(directory, 'nats-server')];
  await writeFile(named, `#!/bin/sh\necho $$ > '${pidFile}'\nexec '${(await natsServer()).path}' "$@"\n`, { mode: 0o700 });
  process.env.JETLOCK_NATS_SERVER = named;
  const { io, stdout, stderr } = memoryIo({ directory, environment: { HOME: directory } });
  const ended = runProgram(['dev', '--nats-port', '0', '--http-port', '0', '--json'], io);
  await eventually(() => stdout().includes('"ready":true') || undefined, LIMIT_MS, 'it to be ready');
  process.kill(Number(await readFile(pidFile, 'utf8')), 'SIGKILL');
  t.is(await until(ended, LIMIT_MS, 'its end'), 69);
  const log = join(directory, '.jetlock/nats/nats-server.log');
  t.regex(stderr(), /nats-server ended by itself/);
  t.true(stderr().includes(log) && existsSync(log));
  t.false(existsSync(join(directory, '.jetlock/dev.json')));
});
