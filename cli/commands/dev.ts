/** `jetlock dev`: everything in one process, for daily work. */
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import type { Dev } from '../../services/dev.ts';
import { devFilePath } from '../../client/dev-file.ts';
import { writeDevFile, type DevFile } from '../dev-file.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { finishFirstAdmin, prepareFirstAdmin } from '../first-admin.ts';
import type { Io } from '../io.ts';
import { logLevel } from '../log-level.ts';
import { port } from '../arguments.ts';
import type { Options } from '../options.ts';
import { failureOfService, untilStopped } from '../services.ts';
import { fail, type Failure } from '../failure.ts';
import { printJson, say } from '../terminal.ts';
import type { Run } from '../verb.ts';

type Started = { readonly dev: Dev; readonly file: DevFile };

const start = async (dataDir: string, { text }: Options, io: Io): Promise<Either<Failure, Started>> => {
  const adminKey = join(dataDir, 'admin.json');
  const [natsPort, httpPort] = [port(text['nats-port']), port(text['http-port'])];
  if (E.isLeft(natsPort)) return natsPort;
  if (E.isLeft(httpPort)) return httpPort;
  const level = logLevel(io, 'warn');
  if (E.isLeft(level)) return level;
  const admin = prepareFirstAdmin(adminKey);
  if (E.isLeft(admin)) return admin;
  const { startDev } = await import('../../services/dev.ts');
  const firstAdmin = { admin: admin.right.admin, publicKey: admin.right.publicKey };
  const options = { dataDir, natsPort: natsPort.right, httpPort: httpPort.right, firstAdmin };
  const dev = await startDev({ ...options, logLevel: level.right, say: (line) => void say(io, line) });
  if (E.isLeft(dev)) return E.left(failureOfService(dev.left));
  const finished = finishFirstAdmin(adminKey, admin.right, dev.right.service.identity);
  if (E.isLeft(finished)) {
    await dev.right.stop();
    return finished;
  }
  const { natsUrl, natsIdentities, service } = dev.right;
  const { keyring, servicePublicKey: publicKey } = service.identity;
  return E.right({ dev: dev.right, file: { natsUrl, httpUrl: service.httpUrl, publicKey, keyring, adminKey, natsIdentities } });
};

const next = (file: DevFile, dataDir: string): ReadonlyArray<string> => [
  `jetlock is ready: NATS on ${file.natsUrl}, HTTP on ${file.httpUrl}, data in ${dataDir}`,
  'in another terminal, in this directory:',
  '  jetlock secret set dev/app/API_KEY      a first value',
  '  jetlock register app                    a service makes its token',
  '  jetlock inbox                           what waits for you',
  '  jetlock service approve app             compare the fingerprint first',
  '  jetlock access grant app dev/app/       everything below dev/app/',
  '  jetlock get dev/app/API_KEY',
  'stop with ctrl-c',
];

const announce = async ({ file }: Started, dataDir: string, options: Options, io: Io): Promise<void> => {
  const { natsUrl, httpUrl, adminKey, publicKey } = file;
  if (options.flags.has('json')) return printJson(io, { ready: true, natsUrl, httpUrl, dataDir, adminKey, publicKey });
  for (const line of next(file, dataDir)) await say(io, line);
};

export const run: Run = (_args, options, io) => async (): Promise<Either<Failure, ExitCode>> => {
  const dataDir = resolve(io.directory, options.text['data'] ?? '.jetlock');
  const started = await start(dataDir, options, io);
  if (E.isLeft(started)) return started;
  const { dev, file } = started.right;
  const stopped = untilStopped();
  const natsEnded = dev.natsEnded.then(() => E.left(fail(EXIT.unavailable, 'nats-server ended by itself', `see ${dev.natsLog}, then start jetlock dev again`)));
  const written = writeDevFile(io.directory, file);
  if (E.isRight(written)) await announce(started.right, dataDir, options, io);
  const ended = E.isLeft(written) ? written : await Promise.race([stopped, natsEnded]);
  rmSync(devFilePath(io.directory), { force: true });
  await dev.stop();
  return ended ?? E.right(EXIT.ok);
};
