/**
 * What a program was not told in its code, it finds in the variables that the command line reads too; the only reader of
 * `process.env` in this folder. A variable `…_FILE` names a file that holds the value, where it is not a file's name itself.
 */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import type { ConnectOptions } from './connect.ts';
import { JetlockError } from './error.ts';
import { flagOf } from './flag.ts';
import type { NatsOptions } from './nats/connect.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export const processEnvironment = (): Environment => process.env;

const configuration = (message: string, hint: string): JetlockError => new JetlockError({ code: 'argument', message, hint, retryable: false });

/** Whoever sets one variable beside a `jetlock dev` would otherwise not know why it is not found any more. */
const NO_DEV = 'a jetlock dev is looked for only where no JETLOCK_ variable is set';

const fromFile = (path: string, variable: string): Either<JetlockError, string> =>
  E.tryCatch(
    () => readFileSync(path, 'utf8').replace(/\r?\n$/, ''),
    () => configuration(`cannot read the file that ${variable} names`, `mend or unset ${variable}`),
  );

/** The value of a variable, or of the file that its twin names. */
const text = (environment: Environment, name: string): Either<JetlockError, string | undefined> => {
  const [variable, twin] = [`JETLOCK_${name}`, `JETLOCK_${name}_FILE`];
  const path = environment[twin];
  return environment[variable] !== undefined || path === undefined ? E.right(environment[variable]) : fromFile(path, twin);
};

const file = (environment: Environment, name: string): string | undefined => environment[`JETLOCK_${name}`] ?? environment[`JETLOCK_${name}_FILE`];

const FILES = { creds: 'CREDS', nkey: 'NKEY', tlscert: 'TLSCERT', tlskey: 'TLSKEY', tlsca: 'TLSCA' } as const;

const natsIn = (environment: Environment): Either<JetlockError, NatsOptions> => {
  const [context, servers, inboxPrefix] = [text(environment, 'CONTEXT'), text(environment, 'NATS'), text(environment, 'INBOX_PREFIX')];
  if (E.isLeft(context)) return context;
  if (E.isLeft(servers)) return servers;
  if (E.isLeft(inboxPrefix)) return inboxPrefix;
  const files = Object.fromEntries(Object.entries(FILES).flatMap(([option, name]) => ((path) => (path === undefined ? [] : [[option, path]]))(file(environment, name))));
  const settings = { ...files, ...(inboxPrefix.right === undefined ? {} : { inboxPrefix: inboxPrefix.right }) };
  if (context.right !== undefined) {
    return E.right({ ...settings, context: context.right, configHome: environment['XDG_CONFIG_HOME'] ?? join(homedir(), '.config') });
  }
  return servers.right === undefined
    ? E.left(configuration('it is not known where nats is', `give the option nats, or set JETLOCK_NATS or JETLOCK_CONTEXT; ${NO_DEV}`))
    : E.right({ ...settings, servers: servers.right });
};

const identityIn = (environment: Environment): Either<JetlockError, string> =>
  E.fromNullable(
    configuration('it is not known who asks', `give the option identity, the file that jetlock register has made; or set JETLOCK_IDENTITY to it, and JETLOCK_NATS and JETLOCK_SIGNING_KEY as well: ${NO_DEV}`),
  )(file(environment, 'IDENTITY'));

const servicePublicKeyIn = (environment: Environment): Either<JetlockError, ConnectOptions['servicePublicKey']> => {
  const key = text(environment, 'SIGNING_KEY');
  if (E.isLeft(key) || key.right !== undefined) return key as Either<JetlockError, string>;
  const trusts = flagOf(environment['JETLOCK_TRUST_FIRST_USE']);
  if (trusts === undefined) return E.left(configuration('JETLOCK_TRUST_FIRST_USE is neither true nor false', 'unset JETLOCK_TRUST_FIRST_USE, or set it to 1'));
  return trusts
    ? E.right({ trustFirstUse: true })
    : E.left(configuration('the signing key of the service is not known', 'ask an admin for it, then give the option servicePublicKey or set JETLOCK_SIGNING_KEY'));
};

/** How to connect: what is given as a whole, and the variables for what is not. */
export const connectionFrom = (given: Partial<ConnectOptions>, environment: Environment): Either<JetlockError, ConnectOptions> => {
  const nats = given.nats === undefined ? natsIn(environment) : E.right(given.nats);
  if (E.isLeft(nats)) return nats;
  const identity = given.identity === undefined ? identityIn(environment) : E.right(given.identity);
  if (E.isLeft(identity)) return identity;
  const servicePublicKey = given.servicePublicKey === undefined ? servicePublicKeyIn(environment) : E.right(given.servicePublicKey);
  return E.map((key: ConnectOptions['servicePublicKey']) => ({ ...given, nats: nats.right, identity: identity.right, servicePublicKey: key }))(servicePublicKey);
};

export type Mode = 'server' | 'env';

/**
 * Where values come from. In production a variable alone does not take the service out of use: it may be left over from where
 * it was harmless, and then nobody would see who reads what. The code may say so.
 */
export const modeFrom = (given: Mode | undefined, environment: Environment): Either<JetlockError, Mode> => {
  const mode = given ?? environment['JETLOCK_MODE'] ?? 'server';
  if (mode !== 'server' && mode !== 'env') return E.left(configuration('JETLOCK_MODE is neither server nor env', 'unset JETLOCK_MODE, or set it to env'));
  if (mode === 'env' && given === undefined && environment['NODE_ENV'] === 'production') {
    return E.left(
      configuration('JETLOCK_MODE=env does not count where NODE_ENV is production', "unset JETLOCK_MODE; or, where that is meant, give the option mode: 'env' in the code"),
    );
  }
  return E.right(mode);
};

export const namespaceFrom = (given: string | undefined, environment: Environment): Either<JetlockError, string | undefined> =>
  given === undefined ? text(environment, 'NAMESPACE') : E.right(given);

/** Whether a `jetlock dev` may be looked for: where nothing says which service is meant, and never in production. */
export const mayLookForDev = ({ nats, servicePublicKey }: Partial<ConnectOptions>, environment: Environment): boolean =>
  nats === undefined && servicePublicKey === undefined && environment['NODE_ENV'] !== 'production' && !Object.keys(environment).some((name) => name.startsWith('JETLOCK_'));
