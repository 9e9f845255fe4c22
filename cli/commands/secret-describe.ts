/** `jetlock secret describe PATH TEXT` */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { note, secretPath } from '../arguments.ts';
import { carryOut, sentence } from '../output.ts';
import type { Run } from '../verb.ts';

export const run: Run = ([typedPath, text], options, io) =>
  pipe(
    E.Do,
    E.apS('path', secretPath(typedPath)),
    E.apS('description', note(text)),
    TE.fromEither,
    TE.chain(({ path, description }) =>
      carryOut(
        { options, io },
        { operation: 'secret.describe', path, description },
        { about: { path }, sentence: sentence(`${path} is described`) },
      ),
    ),
  );
