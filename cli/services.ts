/** For the commands that run the service itself: its failures as theirs, and how long they run. */
import * as E from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import type { NatsConnection } from 'nats';
import { failureOfClient, failureOfFile } from './client-failure.ts';
import type { Io } from './io.ts';
import type { DevFile } from './dev-file.ts';
import { natsOptions } from './nats-options.ts';
import type { Options } from './options.ts';
import type { Failure as ServiceFailure } from '../services/failure.ts';
import { EXIT } from './exit-codes.ts';
import { fail, type Failure } from './failure.ts';

export const failureOfService = ({ kind, message, hint }: ServiceFailure): Failure =>
  fail(kind === 'unavailable' ? EXIT.unavailable : EXIT.configuration, message, hint);

/** Resolves when somebody wants the process to end; a second signal ends it at once. */
export const untilStopped = (): Promise<void> =>
  new Promise((resolve) => {
    const stop = (): void => {
      resolve();
    };
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
  });

type Own = { readonly name: string; readonly user: keyof DevFile['natsIdentities']; readonly inboxPrefix: string; readonly waitForServer?: boolean };

/**
 * A connection that outlives restarts of NATS.
 * @param own beside `jetlock dev` it is the NATS user `user`; its inbox prefix is the one that `jetlock nats-config` lets such a user listen on, unless another is given
 */
export const connectForService = async (options: Options, io: Io, { user, ...own }: Own): Promise<Either<Failure, NatsConnection>> => {
  const nats = natsOptions(options, io, user);
  if (E.isLeft(nats)) return nats;
  const { connectNats } = await import('../client/nats/connect.ts');
  const connected = await connectNats({ ...own, ...nats.right })();
  return E.isLeft(connected) ? E.left(connected.left._tag === 'file' ? failureOfFile(connected.left) : failureOfClient(connected.left)) : connected;
};
