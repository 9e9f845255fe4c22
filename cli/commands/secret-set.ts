/** `jetlock secret set PATH`: a value is never an argument, where other users of the machine could see it. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { WriteOptions } from '../../client/admin.ts';
import { note, orNone, secretPath, versionOrNone } from '../arguments.ts';
import { withAdmin } from '../connect.ts';
import { tellDone } from '../output.ts';
import { readValue } from '../prompt.ts';
import { atVersion } from '../secret-version.ts';
import type { Run } from '../verb.ts';

const given = (description: string | null, ifVersion: number | null): WriteOptions => ({
  ...(description === null ? {} : { description }),
  ...(ifVersion === null ? {} : { ifVersion }),
});

export const run: Run = ([typed], options, io) =>
  pipe(
    E.Do,
    E.apS('path', secretPath(typed)),
    E.apS('description', orNone(note)(options.text['description'])),
    E.apS('ifVersion', orNone(versionOrNone)(options.text['if-version'])),
    TE.fromEither,
    TE.bind('value', ({ path }) => readValue(io, `value of ${path}`)),
    TE.chain(({ path, description, ifVersion, value }) =>
      withAdmin(options, io, (admin) =>
        pipe(
          admin.writeSecret(path, value, given(description, ifVersion)),
          TE.chainTaskK(tellDone({ options, io }, { about: { path }, sentence: atVersion(path) })),
        ),
      ),
    ),
  );
