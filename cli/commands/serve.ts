/** `jetlock serve`: the service on the user's own NATS. */
import { resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
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

export const run: Run = (_args, options, io) => async (): Promise<Either<Failure, ExitCode>> => {
  const { text, flags } = options;
  const httpPort = port(text['http-port'] ?? '8229');
  if (E.isLeft(httpPort)) return httpPort;
  const origins = httpOrigins(text['http-origin']);
  if (E.isLeft(origins)) return origins;
  const level = logLevel(io, 'info');
  if (E.isLeft(level)) return level;
  const tls = await tlsFiles(io, options)();
  if (E.isLeft(tls)) return tls;
  await say(io, 'jetlock connects to nats');
  const own = { user: 'client', inboxPrefix: '_INBOX_JETLOCK', waitForServer: true } as const;
  const nc = await connectForService(options, io, { ...own, name: 'jetlock' });
  if (E.isLeft(nc)) return nc;
  const requests = await connectForService(options, io, { ...own, name: 'jetlock-requests' });
  if (E.isLeft(requests)) return requests;
  const known = await connectForService(options, io, { ...own, name: 'jetlock-known' });
  if (E.isLeft(known)) return known;
  const stopped = untilStopped();
  const { serve } = await import('../../services/serve.ts');
  // While the log cannot be written it goes on trying: whoever stops it then need not wait for that.
  const served = await Promise.race([stopped, serve({
    nc: nc.right,
    requests: requests.right,
    known: known.right,
    dataDir: resolve(io.directory, text['data'] ?? '.jetlock', 'data'),
    http: { host: text['http-host'] ?? '127.0.0.1', port: httpPort.right, origins: origins.right, ...(tls.right === undefined ? {} : { tls: tls.right }) },
    keyInUrl: flags.has('access-key-in-url'),
    logLevel: level.right,
    acceptHistory: text['accept-history'],
    firstAdmin: undefined,
  })]);
  if (served !== undefined && E.isRight(served)) {
    await announce(served.right, options, io);
    await stopped;
    await served.right.stop();
  }
  await Promise.all([known.right.close(), requests.right.close(), nc.right.close()]);
  return served !== undefined && E.isLeft(served) ? E.left(failureOfService(served.left)) : E.right(EXIT.ok);
};
