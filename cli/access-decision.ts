/** Granting, denying and revoking access: each decides about the state that was there just before. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AdminClient } from '../client/admin.ts';
import type { ClientFailure } from '../client/failure.ts';
import type { AdminCommand } from '../events/command.ts';
import { Sequence, sure, type ServiceName, type Target } from '../events/vocabulary.ts';
import { note, orNone, serviceName } from './arguments.ts';
import { withAdmin } from './connect.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { Options } from './options.ts';
import { tellDone } from './output.ts';
import type { Failure } from './failure.ts';
import { say } from './terminal.ts';
import type { Run } from './verb.ts';

const NONE = sure(Sequence, 0);

/** The last event about the access of a service to exactly this target; 0 if there was none. */
const seen = (admin: AdminClient, service: ServiceName, target: Target): TE.TaskEither<ClientFailure, Sequence> =>
  pipe(
    admin.list('access.list', { service, path: target }),
    TE.map(({ items }) => items.find((access) => access.service === service && access.target === target)?.seq ?? NONE),
  );

export type AccessDecision = {
  readonly service: ServiceName;
  readonly target: Target;
  readonly command: (seen: Sequence) => AdminCommand;
  /** What the service may do afterwards. */
  readonly sentence: string;
  /** Said on stderr once it is done. */
  readonly notes?: (admin: AdminClient) => Promise<ReadonlyArray<string>>;
};

export const decideAccess = (options: Options, io: Io, { service, target, command, sentence, notes }: AccessDecision): TE.TaskEither<Failure, ExitCode> =>
  withAdmin(options, io, (admin) =>
    pipe(
      seen(admin, service, target),
      TE.chain((seq) => admin.command(command(seq))),
      TE.chainTaskK(tellDone({ options, io }, { about: { service, target }, sentence: () => sentence })),
      TE.chainFirstTaskK(() => async () => {
        for (const note of (await notes?.(admin)) ?? []) await say(io, `note: ${note}`);
      }),
    ),
  );

export type Closing = {
  readonly operation: 'access.deny' | 'access.revoke';
  /** What it can be about. */
  readonly of: (typed: string | undefined) => E.Either<Failure, Target>;
  readonly sentence: (service: ServiceName, target: Target) => string;
};

/** The verb for one of the two. */
export const closeAccess =
  ({ operation, of, sentence }: Closing): Run =>
  ([typedService, typedTarget], options, io) =>
    pipe(
      E.Do,
      E.apS('service', serviceName(typedService)),
      E.apS('target', of(typedTarget)),
      E.apS('reason', orNone(note)(options.text['reason'])),
      TE.fromEither,
      TE.chain((about) =>
        decideAccess(options, io, {
          ...about,
          command: (seen) => ({ operation, ...about, seen }),
          sentence: sentence(about.service, about.target),
        }),
      ),
    );
