/** `jetlock secret delete PATH [--now]` */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AdminClient } from '../../client/admin.ts';
import type { SecretPath } from '../../events/vocabulary.ts';
import { secretPath } from '../arguments.ts';
import { failureOfClient } from '../client-failure.ts';
import { withAdmin } from '../connect.ts';
import { carryOut, tellDone, type About } from '../output.ts';
import { confirm } from '../prompt.ts';
import type { Failure } from '../failure.ts';
import type { Run } from '../verb.ts';

const aboutDeleted = (path: SecretPath): About => ({ about: { path }, sentence: () => `${path} is deleted` });

const notRotated = (path: SecretPath, failure: Failure): Failure => ({
  ...failure,
  message: `${path} is deleted, but the keys were not replaced: ${failure.message}`,
  hint: 'jetlock key rotate',
});

/** With new keys for everything else, not even a copy of the disk from before opens it any more. */
const deletedNow = (admin: AdminClient, path: SecretPath) =>
  pipe(
    admin.command({ operation: 'secret.delete', path }),
    TE.mapLeft(failureOfClient),
    TE.chain((deleted) =>
      pipe(
        admin.command({ operation: 'key.rotate', purposes: ['root', 'operator'] }),
        TE.bimap(
          (failure) => notRotated(path, failureOfClient(failure)),
          // What the service says of the delete is overtaken.
          (rotated) => ({ ...deleted, note: rotated.note }),
        ),
      ),
    ),
  );

export const run: Run = ([typed], options, io) =>
  pipe(
    TE.fromEither(secretPath(typed)),
    TE.chainFirst((path) => confirm(io, `delete ${path} and destroy its key?`, options.flags.has('yes'))),
    TE.chain((path) =>
      options.flags.has('now')
        ? withAdmin(options, io, (admin) => TE.chainTaskK(tellDone({ options, io }, aboutDeleted(path)))(deletedNow(admin, path)))
        : carryOut({ options, io }, { operation: 'secret.delete', path }, aboutDeleted(path)),
    ),
  );
