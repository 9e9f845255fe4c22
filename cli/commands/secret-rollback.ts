/** `jetlock secret rollback PATH VERSION` */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { secretPath, version } from '../arguments.ts';
import { carryOut } from '../output.ts';
import { atVersion } from '../secret-version.ts';
import type { Run } from '../verb.ts';

export const run: Run = ([typedPath, typedVersion], options, io) =>
  pipe(
    E.Do,
    E.apS('path', secretPath(typedPath)),
    E.apS('version', version(typedVersion)),
    TE.fromEither,
    TE.chain((wanted) => carryOut({ options, io }, { operation: 'secret.rollback', ...wanted }, { about: { path: wanted.path }, sentence: atVersion(wanted.path) })),
  );
