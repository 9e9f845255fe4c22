/** Connecting to NATS: for services, for the command line, and for the service itself. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import * as E from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { connect, errors } from 'nats';
import type { ConnectionOptions, NatsConnection } from 'nats';
import type { Forbidden, Unavailable } from '../failure.ts';
import { fileFailure, readSecretFile } from '../secret-file.ts';
import type { FileFailure } from '../secret-file.ts';
import { authenticators } from './authentication.ts';
import { contextFile, isContextName, mergeSettings, parseContext, parseServers, selectedContextFile } from './context.ts';
import type { NatsSettings, Servers } from './context.ts';

export type NatsFailure = Unavailable | Forbidden | FileFailure;

type Where =
  | { readonly servers: string | ReadonlyArray<string> }
  /** A context of the `nats` command line, by its name; empty for the one that is selected. `configHome` is where its files are. */
  | { readonly context: string; readonly configHome: string };

export type NatsOptions = NatsSettings &
  Where & {
    /** What monitoring of NATS shows for this connection. */
    readonly name?: string;
    /** Wait for a server that is not there yet, instead of failing. */
    readonly waitForServer?: boolean;
  };

const CONNECT_MS_MAX = 5_000;
const RECONNECT_MS = 250;
/** A server that vanished without a word is noticed after two of these. */
const PING_MS = 10_000;

const selectedContext = (configHome: string): Either<FileFailure, string> => {
  const path = selectedContextFile(configHome);
  return E.tryCatch(
    () => readFileSync(path, 'utf8').trim(),
    () => fileFailure(path, 'no context of the nats command line is selected', 'nats context select, or name one'),
  );
};

const readContext = (name: string, configHome: string): Either<FileFailure, NatsSettings> => {
  const path = contextFile(configHome, name);
  if (!isContextName(name)) return E.left(fileFailure(name, 'that is not the name of a context', 'nats context ls shows them'));
  return pipe(
    readSecretFile(path),
    E.chain((bytes) => E.mapLeft((why: string) => fileFailure(path, `cannot use ${path}: ${why}`, 'name the servers and the user instead'))(
      parseContext(new TextDecoder().decode(bytes), homedir()),
    )),
  );
};

const settingsOf = (options: NatsOptions): Either<FileFailure, NatsSettings> => {
  if (!('context' in options)) return E.right(options);
  const { context, configHome } = options;
  return pipe(
    context === '' ? selectedContext(configHome) : E.right(context),
    E.chain((name) => readContext(name, configHome)),
    E.map((found) => mergeSettings(options, found)),
  );
};

const publicFile = (path: string): Either<FileFailure, string> =>
  E.tryCatch(
    () => readFileSync(path, 'utf8'),
    () => fileFailure(path, `cannot read ${path}`, 'check the path'),
  );

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const optional = <A>(path: string | undefined, read: (path: string) => Either<FileFailure, A>): Either<FileFailure, A | undefined> =>
  path === undefined ? E.right(undefined) : read(path);

type Tls = Pick<ConnectionOptions, 'tls'>;

/** Asking for TLS in any way makes it a condition: the client refuses a server that does not offer it. */
const tlsOf = ({ tlsca, tlscert, tlskey, tlsFirst }: NatsSettings, { tls }: Servers): Either<FileFailure, Tls> => {
  if (!tls && tlsFirst !== true && [tlsca, tlscert, tlskey].every((path) => path === undefined)) return E.right({});
  return pipe(
    E.Do,
    E.bind('ca', () => optional(tlsca, publicFile)),
    E.bind('cert', () => optional(tlscert, publicFile)),
    E.bind('key', () => optional(tlskey, (path) => E.map(text)(readSecretFile(path)))),
    E.map((files) => ({
      tls: { ...Object.fromEntries(Object.entries(files).filter(([, pem]) => pem !== undefined)), ...(tlsFirst === true ? { handshakeFirst: true } : {}) },
    })),
  );
};

const serversOf = ({ servers = [] }: NatsSettings): Either<FileFailure, Servers> =>
  E.fromNullable(fileFailure('', 'no address of a nats-server was given, or one that is none', 'give one like nats://host:4222'))(parseServers(servers));

const FIXED: ConnectionOptions = {
  timeout: CONNECT_MS_MAX,
  reconnect: true,
  maxReconnectAttempts: -1,
  reconnectTimeWait: RECONNECT_MS,
  reconnectJitter: RECONNECT_MS,
  reconnectJitterTLS: RECONNECT_MS,
  // A server that comes back before its users are known refuses us for a moment.
  ignoreAuthErrorAbort: true,
  pingInterval: PING_MS,
  // Or every request would cost a stack trace.
  noAsyncTraces: true,
};

const connectionOptions = (options: NatsOptions, settings: NatsSettings, servers: Servers): Either<FileFailure, ConnectionOptions> =>
  pipe(
    E.Do,
    E.bind('authenticator', () => authenticators(settings, servers)),
    E.bind('tls', () => tlsOf(settings, servers)),
    E.map(({ authenticator, tls }) => ({
      ...FIXED,
      ...tls,
      authenticator: [...authenticator],
      servers: [...servers.addresses],
      waitOnFirstConnect: options.waitForServer === true,
      ...(options.name === undefined ? {} : { name: options.name }),
      ...(settings.inboxPrefix === undefined ? {} : { inboxPrefix: settings.inboxPrefix }),
    })),
  );

const AUTHENTICATION_TIMEOUT = /authentication timeout/i;

/** Why in our own words or in the code of a system error: what a stranger's server says is not repeated. */
const reasonOf = (error: unknown): string => {
  if (error instanceof errors.TimeoutError) return `no answer in ${CONNECT_MS_MAX / 1000} seconds`;
  if (!(error instanceof Error)) return 'unknown error';
  if (AUTHENTICATION_TIMEOUT.test(error.message)) return 'it was not told in time who connects';
  if (error.message === 'connection refused') return 'connection refused';
  if (error.message === "server does not support 'tls'") return 'it does not offer TLS';
  return 'code' in error && typeof error.code === 'string' && /^[A-Z_]{1,64}$/.test(error.code) ? error.code : 'the connection was not made';
};

/** The library has the same error where the server only waited too long to be told who connects. */
const isRefused = (error: unknown): boolean =>
  error instanceof errors.UserAuthenticationExpiredError || (error instanceof errors.AuthorizationError && !AUTHENTICATION_TIMEOUT.test(error.message));

const failureOf = ({ addresses }: Servers) => (error: unknown): NatsFailure => {
  const at = addresses.join(', ');
  return isRefused(error)
    ? { _tag: 'forbidden', why: `nats at ${at} does not know this user`, hint: 'check the creds file, nkey, user or token, and that nats-server was told of it' }
    : { _tag: 'unavailable', delivered: 'no', why: `cannot connect to nats at ${at}: ${reasonOf(error)}`, hint: 'check that nats-server runs there, and the address' };
};

/**
 * Connects, and stays connected: it tries again for ever whenever the connection is lost. Files that hold secrets are refused
 * if others can read them.
 */
export const connectNats = (options: NatsOptions): TaskEither<NatsFailure, NatsConnection> =>
  pipe(
    TE.fromIOEither(() =>
      pipe(
        E.Do,
        E.bind('settings', () => settingsOf(options)),
        E.bind('servers', ({ settings }) => serversOf(settings)),
        E.bind('connection', ({ settings, servers }) => connectionOptions(options, settings, servers)),
      ),
    ),
    TE.chainW(({ servers, connection }) => TE.tryCatch(() => connect(connection), failureOf(servers))),
  );
