/** `jetlock register SERVICE` */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { ClientFailure } from '../../client/failure.ts';
import { Word } from '../../events/vocabulary.ts';
import type { RegisterReply } from '../../protocol/operations.ts';
import { orNone, serviceName, type Checked } from '../arguments.ts';
import { withRequester, type Requester } from '../connect-service.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import type { Options } from '../options.ts';
import { tell } from '../output.ts';
import { identityToRegister, type Kept } from '../service-identity.ts';
import { fail, type Failure } from '../failure.ts';
import { say } from '../terminal.ts';
import type { Run } from '../verb.ts';

const word: Checked<Word> = (typed) =>
  Word.is(typed) ? E.right(typed) : E.left(fail(EXIT.badInput, 'that is not a version of a program', '64 characters at most, without spaces, such as 1.4.2'));

const NEXT: { readonly [status in RegisterReply['status']]: (service: string, fingerprint: string) => string } = {
  pending_approval: (service, fingerprint) => `next: an admin compares the fingerprint, then types: jetlock service approve ${service} ${fingerprint}`,
  approved: (service) => `next: jetlock get PATH --as ${service}`,
  denied: () => 'an admin has denied it: ask why, or make another one with --identity FILE',
};

const told =
  ({ file, identity: { service, kind } }: Kept, options: Options, io: Io) =>
  ({ status, fingerprint }: RegisterReply) =>
  async (): Promise<ExitCode> => {
    const lines = [`service      ${service}`, `credential   ${kind}`, `status       ${status}`, `fingerprint  ${fingerprint}`, `kept in      ${file}`];
    const exit = await tell({ options, io }, lines, { service, kind, status, fingerprint, identity: file })();
    await say(io, NEXT[status](service, fingerprint));
    return exit;
  };

export const run: Run = ([typed], options, io): TaskEither<Failure, ExitCode> =>
  pipe(
    TE.Do,
    TE.apS('service', TE.fromEither(serviceName(typed))),
    TE.apS('version', TE.fromEither(orNone(word)(options.text['service-version']))),
    TE.bindW('kept', ({ service }) => TE.fromEither(identityToRegister(service, options.flags.has('key') ? 'key' : 'token', options, io))),
    TE.chain(({ kept, version }) =>
      withRequester(options, io, kept.identity, ({ register }: Requester) =>
        TE.chainTaskK(told(kept, options, io))(register(version) as TaskEither<ClientFailure | Failure, RegisterReply>),
      ),
    ),
  );
