/** From the options of a command to a client, which is closed again whatever happens. */
import { resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { adminClient, type AdminClient } from '../client/admin.ts';
import { readAdminIdentity, type AdminIdentity } from '../client/credential.ts';
import type { ClientFailure } from '../client/failure.ts';
import { serviceKeys } from '../client/keys.ts';
import type { Transport } from '../client/transport.ts';
import { subjectsUnder } from '../events/subjects.ts';
import { ClientInfo, sure } from '../events/vocabulary.ts';
import { failureOfClient, failureOfFile } from './client-failure.ts';
import { openNats } from './connect-nats.ts';
import { EXIT } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { Options } from './options.ts';
import { fail, type Failure } from './failure.ts';
import { VERSION } from '../protocol/version.ts';

export const SUBJECTS = subjectsUnder('secrets');
export const CLIENT = sure(ClientInfo, { name: 'jetlock-cli', version: VERSION });

/** Loaded only now: a test needs none of it. */
const overNats = (options: Options, io: Io): TaskEither<Failure, Transport> =>
  pipe(
    openNats(options, io, 'client'),
    TE.chainTaskK((connection) => async () => (await import('../client/nats/transport.ts')).natsTransport(connection, SUBJECTS)),
  );

/** How this command reaches the service; who opens it closes it. */
export const openTransport = (options: Options, io: Io): TaskEither<Failure, Transport> => io.reach ?? overNats(options, io);

/** The identity that `--identity` names. */
export const identityOf = (options: Options, io: Io): E.Either<Failure, AdminIdentity> => {
  const file = options.text['identity'];
  if (file === undefined) return E.left(fail(EXIT.usage, '--identity is missing', 'give --identity <FILE> or set JETLOCK_IDENTITY'));
  return E.mapLeft(failureOfFile)(readAdminIdentity(resolve(io.directory, file)));
};

const clientOver = (transport: Transport, identity: AdminIdentity): AdminClient => {
  const keys = serviceKeys({ transport, subjects: SUBJECTS, trust: { signer: identity.servicePublicKey } });
  return adminClient({ transport, subjects: SUBJECTS, keys, identity, client: CLIENT });
};

const isClientFailure = (failure: ClientFailure | Failure): failure is ClientFailure => '_tag' in failure;

/**
 * Does something as the admin of `--identity`. Only a service that shows the signing key in that identity is believed.
 * @param use what is done; what the client reports there becomes a failure with its exit code
 */
export const withAdmin =
  <A>(options: Options, io: Io, use: (admin: AdminClient) => TaskEither<ClientFailure | Failure, A>): TaskEither<Failure, A> =>
  async () => {
    const identity = identityOf(options, io);
    if (E.isLeft(identity)) return identity;
    const transport = await openTransport(options, io)();
    if (E.isLeft(transport)) return transport;
    const admin = clientOver(transport.right, identity.right);
    try {
      return E.mapLeft((failure: ClientFailure | Failure) => (isClientFailure(failure) ? failureOfClient(failure) : failure))(await use(admin)());
    } finally {
      admin.close();
      await transport.right.close();
    }
  };
