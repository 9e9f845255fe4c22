/** From the options of a command to a requesting program's client, which is closed again whatever happens. */
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { identityFingerprint, type ServiceIdentity } from '../client/credential.ts';
import type { ClientFailure } from '../client/failure.ts';
import { httpTransport } from '../client/http.ts';
import { serviceKeys, type Keys, type Trust } from '../client/keys.ts';
import { pendingCredential } from '../client/missing.ts';
import type { HttpGet } from '../client/namespace.ts';
import { systemTime } from '../client/retry.ts';
import { serviceClient, type Ask, type Found, type ServiceClient } from '../client/service.ts';
import { newSession, type Session } from '../client/session.ts';
import type { Transport } from '../client/transport.ts';
import { allFound, waitFor } from '../client/wait.ts';
import { PublicKey, type SecretPath } from '../events/vocabulary.ts';
import { failureOfClient } from './client-failure.ts';
import { CLIENT, openTransport, SUBJECTS } from './connect.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { Options } from './options.ts';
import { fail, type Failure } from './failure.ts';
import { NOT_A_SIGNING_KEY } from './public-key.ts';
import { say } from './terminal.ts';

export type Values = ReadonlyMap<SecretPath, Found>;

export type Requester = Pick<ServiceClient, 'register'> & {
  /** Every value that is asked for, or the refusal that names what is not to be had; waits so long for approvals. */
  readonly get: (asks: ReadonlyArray<Ask>, waitMs: number) => TaskEither<ClientFailure, Values>;
};

/** Whom to believe: the pinned signing key, or whoever answers first if that was asked for. */
const trustOf = ({ text, flags }: Options): E.Either<Failure, Trust> => {
  const signer = text['signing-key'];
  if (signer !== undefined) {
    return PublicKey.is(signer)
      ? E.right({ signer })
      : E.left(fail(EXIT.configuration, NOT_A_SIGNING_KEY.message, NOT_A_SIGNING_KEY.hint));
  }
  if (flags.has('trust-first-use')) return E.right({ firstUse: true });
  return E.left(
    fail(EXIT.configuration, 'the signing key of the service is not known', 'ask an admin for it and give --signing-key KEY, or set JETLOCK_SIGNING_KEY'),
  );
};

/** What a command works with, over keys that are believed. */
type Made<A> = { readonly made: A; readonly close: () => void };
type Make<A> = (transport: Transport, keys: Keys) => Made<A>;

const sessionOver: Make<Session> = (transport, keys) => {
  const session = newSession({ transport, keys, client: CLIENT });
  return { made: session, close: session.close };
};

const requesterOf =
  (identity: ServiceIdentity): Make<Requester> =>
  (transport, keys) => {
    const { made: session, close } = sessionOver(transport, keys);
    const { register, get } = serviceClient({ session, subjects: SUBJECTS, identity });
    const once = (asks: ReadonlyArray<Ask>) => async () => E.chain(allFound)(await get(asks)());
    const waiting = (asks: ReadonlyArray<Ask>, timeoutMs: number) =>
      waitFor(asks, {
        get,
        onNotice: (listener) => transport.notices(identity.service, () => listener()),
        timeoutMs,
        signal: undefined,
        time: systemTime,
      });
    return { made: { register, get: (asks, waitMs) => (waitMs === 0 ? once(asks) : waiting(asks, waitMs)) }, close };
  };

/** Who was believed without being known is named, so that the next time they can be. */
const settleTrust = async (trust: Trust, keys: Keys, io: Io): Promise<E.Either<ClientFailure, void>> => {
  if ('signer' in trust) return E.right(undefined);
  const told = await keys.current();
  if (E.isRight(told)) await say(io, `trusting the service that answered first: pin it with --signing-key ${told.right.signer}`);
  return E.map(() => undefined)(told);
};

const isClientFailure = (failure: ClientFailure | Failure): failure is ClientFailure => '_tag' in failure;

type Use<A> = (made: A) => TaskEither<ClientFailure | Failure, ExitCode>;

const keysOver = (transport: Pick<Transport, 'request'>, trust: Trust, io: Io): Keys => {
  const onNewSigner = (signer: string) => void say(io, `the service has another signing key, which the pinned one vouches for: pin it with --signing-key ${signer}`);
  return serviceKeys({ transport, subjects: SUBJECTS, trust, onNewSigner });
};

/** Does something once the service is believed. What the client reports becomes a failure with its exit code. */
const believing = async (trust: Trust, keys: Keys, io: Io, use: TaskEither<ClientFailure | Failure, ExitCode>): Promise<E.Either<Failure, ExitCode>> => {
  const settled = await settleTrust(trust, keys, io);
  const done = E.isLeft(settled) ? settled : await use();
  return E.mapLeft((failure: ClientFailure | Failure) => (isClientFailure(failure) ? failureOfClient(failure) : failure))(done);
};

/** Only a service that shows the pinned signing key is believed. */
const withMade =
  <A>(options: Options, io: Io, make: Make<A>, use: Use<A>): TaskEither<Failure, ExitCode> =>
  async () => {
    const trust = trustOf(options);
    if (E.isLeft(trust)) return trust;
    const transport = await openTransport(options, io)();
    if (E.isLeft(transport)) return transport;
    const keys = keysOver(transport.right, trust.right, io);
    const { made, close } = make(transport.right, keys);
    try {
      return await believing(trust.right, keys, io, use(made));
    } finally {
      close();
      await transport.right.close();
    }
  };

/** The service does not repeat whose credential waits: here it is known, and with it what an admin has to type. */
const orWhoWaits =
  (identity: ServiceIdentity) =>
  (failure: ClientFailure | Failure): ClientFailure | Failure => {
    if (!isClientFailure(failure) || failure._tag !== 'refusal' || failure.refusal.code !== 'credential_pending') return failure;
    const { message, hint } = pendingCredential(identity.service, identityFingerprint(identity));
    return { ...failureOfClient(failure), message, hint };
  };

/** Does something as a requesting program. */
export const withRequester = (options: Options, io: Io, identity: ServiceIdentity, use: Use<Requester>): TaskEither<Failure, ExitCode> =>
  withMade(options, io, requesterOf(identity), (requester) => TE.mapLeft(orWhoWaits(identity))(use(requester)));

/** Does something as whoever shows a credential of their own with each request. */
export const withSession = (options: Options, io: Io, use: Use<Session>): TaskEither<Failure, ExitCode> => withMade(options, io, sessionOver, use);

/** Does something over HTTP, believing there whom it is believed on NATS. */
export const withListener =
  (options: Options, io: Io, get: HttpGet, use: Use<Keys>): TaskEither<Failure, ExitCode> =>
  async () => {
    const trust = trustOf(options);
    if (E.isLeft(trust)) return trust;
    const keys = keysOver(httpTransport(get), trust.right, io);
    return believing(trust.right, keys, io, use(keys));
  };
