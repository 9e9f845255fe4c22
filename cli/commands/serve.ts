/** `jetlock serve`: the service on the user's own NATS. */
import { resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import type { ServeOptions } from '../../services/serve.ts';
import type { Service } from '../../services/service.ts';
import { httpOrigins, port } from '../arguments.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { connectForService, failureOfService, untilStopped } from '../services.ts';
import type { Failure } from '../failure.ts';
import type { Io } from '../io.ts';
import { logLevel } from '../log-level.ts';
import type { Options } from '../options.ts';
import { printJson, say } from '../terminal.ts';
import { tlsFiles } from '../tls.ts';
import type { Run } from '../verb.ts';

const announce = ({ httpUrl, identity }: Pick<Service, 'httpUrl' | 'identity'>, { flags }: Options, io: Io): Promise<void> =>
  flags.has('json')
    ? printJson(io, { ready: true, httpUrl, publicKey: identity.servicePublicKey, keyring: identity.keyring })
    : say(io, `jetlock serves; health on ${httpUrl}/readyz`);

type Connected = Pick<ServeOptions, 'nc' | 'requests' | 'known'>;

const OWN = { user: 'client', inboxPrefix: '_INBOX_JETLOCK', waitForServer: true } as const;

const connected = async (options: Options, io: Io): Promise<Either<Failure, Connected>> => {
  const nc = await connectForService(options, io, { ...OWN, name: 'jetlock' });
  if (E.isLeft(nc)) return nc;
  const requests = await connectForService(options, io, { ...OWN, name: 'jetlock-requests' });
  if (E.isLeft(requests)) return requests;
  const known = await connectForService(options, io, { ...OWN, name: 'jetlock-known' });
  return E.isLeft(known) ? known : E.right({ nc: nc.right, requests: requests.right, known: known.right });
};

type Settings = Omit<ServeOptions, keyof Connected>;

const settingsOf = async (options: Options, io: Io): Promise<Either<Failure, Settings>> => {
  const { text, flags } = options;
  const httpPort = port(text['http-port'] ?? '8229');
  if (E.isLeft(httpPort)) return httpPort;
  const origins = httpOrigins(text['http-origin']);
  if (E.isLeft(origins)) return origins;
  const level = logLevel(io, 'info');
  if (E.isLeft(level)) return level;
  const tls = await tlsFiles(io, options)();
  if (E.isLeft(tls)) return tls;
  return E.right({
    dataDir: resolve(io.directory, text['data'] ?? '.jetlock', 'data'),
    http: { host: text['http-host'] ?? '127.0.0.1', port: httpPort.right, origins: origins.right, ...(tls.right === undefined ? {} : { tls: tls.right }) },
    keyInUrl: flags.has('access-key-in-url'),
    logLevel: level.right,
    acceptHistory: text['accept-history'],
    firstAdmin: undefined,
  });
};

export const run: Run = (_args, options, io) => async (): Promise<Either<Failure, ExitCode>> => {
  const settings = await settingsOf(options, io);
  if (E.isLeft(settings)) return settings;
  // For NATS it waits as long as need be, and for a log that can be written: whoever stops it then need not.
  const stopped = untilStopped();
  await say(io, 'jetlock connects to nats');
  const connections = await Promise.race([stopped, connected(options, io)]);
  if (connections === undefined) return E.right(EXIT.ok);
  if (E.isLeft(connections)) return connections;
  const { serve } = await import('../../services/serve.ts');
  const served = await Promise.race([stopped, serve({ ...connections.right, ...settings.right })]);
  if (served !== undefined && E.isRight(served)) {
    await announce(served.right, options, io);
    await stopped;
    await served.right.stop();
  }
  const { nc, requests, known } = connections.right;
  await Promise.all([known.close(), requests.close(), nc.close()]);
  return served !== undefined && E.isLeft(served) ? E.left(failureOfService(served.left)) : E.right(EXIT.ok);
};
