/** The way in for programs that know which secrets they want: a schema, and where the values come from. */
import * as E from 'fp-ts/lib/Either.js';
import { newToken } from '../crypto/credential.ts';
import { checked, orThrow, type ConnectOptions } from './connect.ts';
import { envSource } from './env-source.ts';
import { findDev } from './dev-file.ts';
import { connectionFrom, mayLookForDev, modeFrom, namespaceFrom, processEnvironment, type Environment, type Mode } from './environment.ts';
import type { JetlockError } from './error.ts';
import type { OnError } from './handlers.ts';
import { wishesIn, type Wishes } from './schema.ts';
import { serverSource } from './server-source.ts';
import type { Source } from './source.ts';
import { typedClient, type SecretsClient } from './typed.ts';
import { warn, warnOf } from './warning.ts';

/**
 * What is not given comes from the variables that the command line reads too: `JETLOCK_NATS` or `JETLOCK_CONTEXT` with
 * `JETLOCK_NKEY`, `JETLOCK_CREDS`, …, `JETLOCK_IDENTITY`, `JETLOCK_SIGNING_KEY`. Where no variable of these is set, nor `nats` and
 * `servicePublicKey` given, nor `NODE_ENV` is `production`, NATS and key are those of a `jetlock dev` in this folder or one above.
 */
export type SecretsOptions = Partial<ConnectOptions> & {
  /** Where secrets are whose key has no path of its own: `prod/shop` and the key `DB` are `prod/shop/DB`. Else `JETLOCK_NAMESPACE`. */
  readonly namespace?: string;
  /**
   * `env` reads the same keys from the environment and a .env file, without a service. Else `JETLOCK_MODE`, which does not count
   * where `NODE_ENV` is `production`.
   */
  readonly mode?: Mode;
  /** The file of mode `env`; `.env` in the current directory, where there is one, unless given. */
  readonly envFile?: string;
  /** Told what goes wrong where nobody awaits it, and what a handler threw. Else it is a warning of the process, without what was thrown. */
  readonly onError?: OnError;
};

const said = new Set<string>();
/** Once for each process: someone may have forgotten it. */
const sayOnce = (code: string, message: string, detail: string): void => {
  if (!said.has(code)) warn(code, message, detail);
  said.add(code);
};

/** Where nothing is configured, the `jetlock dev` of this folder, which is said. */
const withDev = (options: SecretsOptions, environment: Environment): E.Either<JetlockError, SecretsOptions> => {
  const found = mayLookForDev(options, environment) ? findDev(process.cwd()) : E.right(undefined);
  if (E.isLeft(found) || found.right === undefined) return E.isLeft(found) ? found : E.right(options);
  const { path, ...dev } = found.right;
  sayOnce('JETLOCK_DEV', `secrets come from the jetlock dev of ${path}`, 'for another service set JETLOCK_NATS and what belongs to it');
  return E.right({ ...options, ...dev });
};

const connectionOf = (options: SecretsOptions, environment: Environment): E.Either<JetlockError, ConnectOptions> =>
  E.chain((known: SecretsOptions) => connectionFrom(known, environment))(withDev(options, environment));

const sourceOf = (mode: Mode, options: SecretsOptions, environment: Environment): E.Either<JetlockError, Source> =>
  mode === 'env' ? E.right(envSource(environment, options.envFile)) : E.map(serverSource)(E.chain(checked)(connectionOf(options, environment)));

/** Without a service there are no paths, and nobody has to name a namespace. */
const namespaceOf = (mode: Mode, { namespace }: SecretsOptions, environment: Environment): string | undefined =>
  orThrow(namespaceFrom(namespace, environment)) ?? (mode === 'env' ? 'env' : undefined);

/**
 * A client of the secrets in a schema, or of keys with a description each, which are then all required. Wrong options throw a
 * JetlockError at once; the connection is made with the first request, and tried again with the next one where it failed.
 */
export const createSecretsClient = <const W extends Wishes>(schema: W, options: SecretsOptions = {}): SecretsClient<W> => {
  const environment = processEnvironment();
  const mode = orThrow(modeFrom(options.mode, environment));
  const wishes = orThrow(wishesIn(schema, namespaceOf(mode, options, environment)));
  const source = orThrow(sourceOf(mode, options, environment));
  if (mode === 'env') sayOnce('JETLOCK_MODE', 'secrets come from the environment: no Jetlock service, no audit log', 'unset JETLOCK_MODE to use the service');
  return typedClient({ wishes, source, onError: options.onError ?? warnOf }) as unknown as SecretsClient<W>;
};

/**
 * A new bearer token, `jlt_` and 43 characters of base64url, for `identity: { service, token }`; keep it like a password. It is good for
 * nothing until an admin has approved it. `jetlock register` makes one in a file of its own instead, which is safer.
 */
export const generateServiceToken = (): string => newToken().reveal();
