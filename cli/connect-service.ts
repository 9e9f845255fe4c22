/** From the options of a command to a requesting program's client, which is closed again whatever happens. */
import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { ServiceIdentity } from '../client/credential.ts';
import type { ClientFailure } from '../client/failure.ts';
import { serviceKeys, type Keys, type Trust } from '../client/keys.ts';
import { systemTime } from '../client/retry.ts';
import { serviceClient, type Ask, type Found, type ServiceClient } from '../client/service.ts';
import { newSession } from '../client/session.ts';
import type { Transport } from '../client/transport.ts';
import { allFound, waitFor } from '../client/wait.ts';
import { PublicKey, type SecretPath } from '../events/vocabulary.ts';
import { failureOfClient } from './client-failure.ts';
import { CLIENT, openTransport, SUBJECTS } from './connect.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { Options } from './options.ts';
import { fail, say, type Failure } from './terminal.ts';

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
      : E.left(fail(EXIT.configuration, 'the signing key of the service is none', 'it has 43 characters of base64url: ask an admin for it'));
  }
  if (flags.has('trust-first-use')) return E.right({ firstUse: true });
  return E.left(
    fail(EXIT.configuration, 'the signing key of the service is not known', 'ask an admin for it and give --signing-key KEY, or set JETLOCK_SIGNING_KEY'),
  );
};

const requesterOver = (transport: Transport, keys: Keys, identity: ServiceIdentity) => {
  const session = newSession({ transport, keys, client: CLIENT });
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
  const requester: Requester = { register, get: (asks, waitMs) => (waitMs === 0 ? once(asks) : waiting(asks, waitMs)) };
  return { requester, close: session.close };
};

/** Who was believed without being known is named, so that the next time they can be. */
const settleTrust = async (trust: Trust, keys: Keys, io: Io): Promise<E.Either<ClientFailure, void>> => {
  if ('signer' in trust) return E.right(undefined);
  const told = await keys.current();
  if (E.isRight(told)) await say(io, `trusting the service that answered first: pin it with --signing-key ${told.right.signer}`);
  return E.map(() => undefined)(told);
};

const isClientFailure = (failure: ClientFailure | Failure): failure is ClientFailure => '_tag' in failure;

/**
 * Does something as a requesting program. Only a service that shows the pinned signing key is believed.
 * @param use what is done; what the client reports there becomes a failure with its exit code
 */
export const withRequester =
  (options: Options, io: Io, identity: ServiceIdentity, use: (requester: Requester) => TaskEither<ClientFailure | Failure, ExitCode>): TaskEither<Failure, ExitCode> =>
  async () => {
    const trust = trustOf(options);
    if (E.isLeft(trust)) return trust;
    const transport = await openTransport(options, io)();
    if (E.isLeft(transport)) return transport;
    const onNewSigner = (signer: string) => void say(io, `the service has another signing key, which the pinned one vouches for: pin it with --signing-key ${signer}`);
    const keys = serviceKeys({ transport: transport.right, subjects: SUBJECTS, trust: trust.right, onNewSigner });
    const { requester, close } = requesterOver(transport.right, keys, identity);
    try {
      const settled = await settleTrust(trust.right, keys, io);
      const done = E.isLeft(settled) ? settled : await use(requester)();
      return E.mapLeft((failure: ClientFailure | Failure) => (isClientFailure(failure) ? failureOfClient(failure) : failure))(done);
    } finally {
      close();
      await transport.right.close();
    }
  };
