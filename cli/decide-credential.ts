/** Approving, denying and revoking: each decides about exactly the credential, and the state of it, that the admin was shown. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AdminClient } from '../client/admin.ts';
import type { ServiceName } from '../events/vocabulary.ts';
import type { QueryReply } from '../protocol/operations.ts';
import type { CredentialView, ServiceView } from '../protocol/views.ts';
import { serviceName } from './arguments.ts';
import { failureOfClient } from './client-failure.ts';
import { withAdmin } from './connect.ts';
import { chooseCredential, type Wanted } from './credential-choice.ts';
import { EXIT } from './exit-codes.ts';
import { tellDone } from './output.ts';
import { fail, type Failure } from './failure.ts';
import type { Run } from './verb.ts';

export type Decision = {
  readonly operation: 'service.approve' | 'service.deny' | 'service.revoke';
  readonly of: Wanted;
  /** What the credential is afterwards. */
  readonly makes: string;
};

const serviceIn = (name: ServiceName, { items }: QueryReply<'service.list'>): E.Either<Failure, ServiceView> =>
  E.fromNullable({ ...fail(EXIT.notFound, `there is no service ${name}`, 'jetlock service list'), code: 'not_found' })(items.find(({ service }) => service === name));

const chosen = (admin: AdminClient, name: ServiceName, of: Wanted, named: string | undefined): TE.TaskEither<Failure, CredentialView> =>
  pipe(
    admin.query('service.list', { service: name }),
    TE.mapLeft(failureOfClient),
    TE.chainEitherK((list) => serviceIn(name, list)),
    TE.chainEitherK((service) => chooseCredential(service, of, named, Date.now())),
  );

/** The verb for one of the three. */
export const decideCredential =
  ({ operation, of, makes }: Decision): Run =>
  ([typed, named], options, io) =>
    pipe(
      TE.fromEither(serviceName(typed)),
      TE.chain((service) =>
        withAdmin(options, io, (admin) =>
          pipe(
            chosen(admin, service, of, named),
            TE.chainW(({ fingerprint, seq }) =>
              pipe(
                admin.command({ operation, service, fingerprint, seen: seq }),
                TE.chainTaskK(tellDone({ options, io }, { about: { service, fingerprint }, sentence: () => `${service} ${fingerprint} is ${makes}` })),
              ),
            ),
          ),
        ),
      ),
    );
