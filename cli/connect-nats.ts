/** A connection to NATS as the options of a command say it. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { connectNats } from '../client/nats/connect.ts';
import { failureOfNats } from './client-failure.ts';
import type { DevFile } from './dev-file.ts';
import type { Io } from './io.ts';
import { natsOptions } from './nats-options.ts';
import type { Options } from './options.ts';
import type { Failure } from './failure.ts';

type Outcome = Awaited<ReturnType<ReturnType<typeof connectNats>>>;
export type Connection = Extract<Outcome, { readonly _tag: 'Right' }>['right'];

/** Connects; who opens it closes it. Loaded only now, since most commands need none. */
export const openNats = (options: Options, io: Io, user: keyof DevFile['natsIdentities']): TaskEither<Failure, Connection> =>
  pipe(
    TE.fromEither(natsOptions(options, io, user)),
    TE.chain((nats) => async () => {
      const { connectNats } = await import('../client/nats/connect.ts');
      return E.mapLeft(failureOfNats)(await connectNats(nats)());
    }),
  );
