/** Who we are for NATS: everything that was given, and the server takes what it asks for. */
import * as E from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { credsAuthenticator, nkeyAuthenticator, tokenAuthenticator, usernamePasswordAuthenticator } from 'nats';
import type { Authenticator } from 'nats';
import { fileFailure, readSecretFile } from '../secret-file.ts';
import type { FileFailure } from '../secret-file.ts';
import type { NatsSettings, Servers } from './context.ts';

const NONCE = 'a nonce, to try the key with';
const SEED = /^\s*(SU[A-Z2-7]{56})\s*$/m;

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Signs something now: a key that cannot would only fail in the middle of connecting, and without saying why. */
const tried = (path: string, what: string, make: () => Authenticator): Either<FileFailure, Authenticator> =>
  E.tryCatch(
    () => {
      const authenticator = make();
      authenticator(NONCE);
      return authenticator;
    },
    () => fileFailure(path, `${path} does not hold ${what}`, 'name another file'),
  );

const ofCreds = (path: string): Either<FileFailure, Authenticator> =>
  pipe(
    readSecretFile(path),
    E.chain((bytes) => tried(path, 'credentials of a NATS user', () => credsAuthenticator(bytes))),
  );

const ofNkey = (path: string): Either<FileFailure, Authenticator> =>
  pipe(
    readSecretFile(path),
    E.chain((bytes) => tried(path, 'the nkey seed of a NATS user', () => nkeyAuthenticator(new TextEncoder().encode(SEED.exec(text(bytes))?.[1])))),
  );

/** A line end that an editor put after it is no part of a password. */
const line = (path: string): Either<FileFailure, string> =>
  pipe(
    readSecretFile(path),
    E.map((bytes) => text(bytes).replace(/\r?\n$/, '')),
  );

const given = (value: string | undefined, file: string | undefined): Either<FileFailure, string | undefined> =>
  value === undefined && file !== undefined ? line(file) : E.right(value);

const ofUser = ({ user = '', password, passwordFile }: NatsSettings): Either<FileFailure, Authenticator> =>
  pipe(
    given(password, passwordFile),
    E.map((secret) => usernamePasswordAuthenticator(user, secret)),
  );

const ofToken = ({ token, tokenFile }: NatsSettings): Either<FileFailure, Authenticator> =>
  pipe(
    given(token, tokenFile),
    E.map((secret) => tokenAuthenticator(secret ?? '')),
  );

/** A user named in an address counts if none was named otherwise. */
const withUserOf = (settings: NatsSettings, { user }: Servers): NatsSettings => {
  if (user === undefined || settings.user !== undefined || settings.token !== undefined || settings.tokenFile !== undefined) return settings;
  return 'token' in user ? { ...settings, token: user.token } : { ...settings, user: user.name, password: user.password };
};

/** What authenticates a connection with these settings; empty where nothing was given. */
export const authenticators = (settings: NatsSettings, servers: Servers): Either<FileFailure, ReadonlyArray<Authenticator>> => {
  const all = withUserOf(settings, servers);
  const { creds, nkey, user, token, tokenFile } = all;
  return E.sequenceArray([
    ...(creds === undefined ? [] : [ofCreds(creds)]),
    ...(nkey === undefined ? [] : [ofNkey(nkey)]),
    ...(user === undefined ? [] : [ofUser(all)]),
    ...(token === undefined && tokenFile === undefined ? [] : [ofToken(all)]),
  ]);
};
