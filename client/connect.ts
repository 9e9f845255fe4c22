/** The way in for services: from what a program was configured with to a client. */
import * as E from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { isToken } from '../crypto/credential.ts';
import { Redacted } from '../crypto/redacted.ts';
import { subjectsUnder, type Subjects } from '../events/subjects.ts';
import { ClientInfo, PublicKey, ServiceName } from '../events/vocabulary.ts';
import { clientOf, type Client, type ClientParts } from './client.ts';
import { readServiceIdentity, type ServiceIdentity } from './credential.ts';
import { argumentError, errorOf, type JetlockError } from './error.ts';
import { serviceKeys, type Trust } from './keys.ts';
import { connectNats, type NatsOptions } from './nats/connect.ts';
import { natsTransport } from './nats/transport.ts';
import { lateTransport } from './late-transport.ts';
import { offlineOf, type OfflineOptions } from './offline/options.ts';
import { systemTime } from './retry.ts';
import type { Transport } from './transport.ts';

export type ConnectOptions = {
  /** How NATS is reached. */
  readonly nats: NatsOptions;
  /** Who asks: the path of an identity file, or the name of the service with its token. */
  readonly identity: string | { readonly service: string; readonly token: string };
  /**
   * The Ed25519 public key of the service, base64url, as an admin gives it. With `trustFirstUse` whoever answers first is taken
   * for the service until the client is closed: for trying things out only.
   */
  readonly servicePublicKey: string | { readonly trustFirstUse: true };
  /** Told the public key that took the place of `servicePublicKey`, which vouched for it: give that one the next time. */
  readonly onNewServiceKey?: (publicKey: string) => void;
  /**
   * Keeps values, encrypted, for when NATS or the service cannot be reached, where the grant allows it (`jetlock access grant --offline`). Off unless given.
   * Then it also connects while there is no NATS yet.
   */
  readonly offline?: OfflineOptions;
  /** First token of the subjects; `secrets` unless the service is configured otherwise. */
  readonly prefix?: string;
  /** What admins are shown of the program that asks; nothing is decided from it. */
  readonly client?: { readonly name: string; readonly version: string };
};

const identityOf = (given: ConnectOptions['identity']): Either<JetlockError, ServiceIdentity> => {
  if (typeof given === 'string') return E.mapLeft(errorOf)(readServiceIdentity(given));
  const { service, token } = given;
  if (!ServiceName.is(service)) return E.left(argumentError('that is not the name of a service', 'it has lower-case letters, digits and -'));
  if (!isToken(token)) return E.left(argumentError('that is not a token', 'a token is jlt_ and 43 characters'));
  return E.right({ service, kind: 'token', token: new Redacted(token) });
};

export const trustOf = (given: ConnectOptions['servicePublicKey']): Either<JetlockError, Trust> => {
  if (typeof given !== 'string') return E.right({ firstUse: true });
  return PublicKey.is(given) ? E.right({ signer: given }) : E.left(argumentError('that is not the public key of a service', 'it has 43 characters of base64url'));
};

const clientInfoOf = ({ service }: ServiceIdentity, given: ConnectOptions['client']): Either<JetlockError, ClientInfo> =>
  E.mapLeft(() => argumentError('that is not the name and version of a program', 'each has at most 64 characters and no spaces'))(
    ClientInfo.decode(given ?? { name: service, version: 'unknown' }),
  );

export const orThrow = <A>(result: Either<JetlockError, A>): A => {
  if (E.isRight(result)) return result.right;
  throw result.left;
};

/** What was given, once it is known that it can be right. */
export type Checked = Pick<ConnectOptions, 'nats' | 'onNewServiceKey'> & {
  readonly identity: ServiceIdentity;
  readonly trust: Trust;
  readonly client: ClientInfo;
  readonly subjects: Subjects;
  readonly kept: ClientParts['offline'] | undefined;
};

const keptOf = (identity: ServiceIdentity, offline: OfflineOptions | undefined): Either<JetlockError, Checked['kept']> =>
  offline === undefined ? E.right(undefined) : offlineOf(identity, offline);

/** Checks everything that needs no connection; reads the identity file, and what was kept. */
export const checked = (options: ConnectOptions): Either<JetlockError, Checked> =>
  pipe(
    E.Do,
    E.bind('identity', () => identityOf(options.identity)),
    E.bind('trust', () => trustOf(options.servicePublicKey)),
    E.bind('client', ({ identity }) => clientInfoOf(identity, options.client)),
    E.bind('kept', ({ identity }) => keptOf(identity, options.offline)),
    E.map((known) => ({ ...options, ...known, subjects: subjectsUnder(options.prefix ?? 'secrets') })),
  );

/** @param isLate whether it may also be connected later, where there is no NATS now */
const transportOf = async (nats: NatsOptions, subjects: Subjects, isLate: boolean): Promise<Either<JetlockError, Transport>> => {
  const attempt = async () => {
    const made = await connectNats(nats)();
    return E.isLeft(made) ? made : E.right<never, Transport>(natsTransport(made.right, subjects));
  };
  const first = await attempt();
  if (E.isRight(first) || !isLate || first.left._tag !== 'unavailable') return E.mapLeft(errorOf)(first);
  return E.right(lateTransport(async () => E.getOrElseW(() => undefined)(await attempt()), systemTime));
};

export const connectAs = async ({ nats, identity, trust, client, subjects, kept, onNewServiceKey: onNewSigner = () => undefined }: Checked): Promise<Client> => {
  const transport = orThrow(await transportOf(nats, subjects, kept !== undefined));
  const keys = serviceKeys({ transport, subjects, trust, onNewSigner });
  return clientOf({ transport, subjects, keys, identity, client, ...(kept === undefined ? {} : { offline: kept }) });
};

/**
 * A client of a service over NATS. The options are checked, and the connection is made; the service itself is first asked, and
 * its key checked, with the first request. Rejects with a JetlockError only.
 */
export const connect = async (options: ConnectOptions): Promise<Client> => connectAs(orThrow(checked(options)));
