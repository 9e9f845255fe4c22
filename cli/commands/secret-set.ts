/** `jetlock secret set PATH`: a value is never an argument, where other users of the machine could see it. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { WriteOptions } from '../../client/admin.ts';
import { note, orNone, secretPath, versionOrNone } from '../arguments.ts';
import { withAdmin } from '../connect.ts';
import { tellDone } from '../output.ts';
import { EXIT } from '../exit-codes.ts';
import { fail, type Failure } from '../failure.ts';
import { readValue } from '../prompt.ts';
import { atVersion } from '../secret-version.ts';
import { say } from '../terminal.ts';
import type { Run } from '../verb.ts';

const given = (description: string | null, ifVersion: number | null): WriteOptions => ({
  ...(description === null ? {} : { description }),
  ...(ifVersion === null ? {} : { ifVersion }),
});

/** Nothing at all is what a command that failed sends through a pipe: it would replace a value that is in use. */
const something = (value: Uint8Array): E.Either<Failure, Uint8Array> =>
  value.length > 0 ? E.right(value) : E.left(fail(EXIT.badInput, 'there is no value: nothing was written', 'one that is to be empty: a line NAME= in a file for jetlock secret import FILE --namespace NAMESPACE'));

const NEWLINE = 0x0a;
/** As `echo` sends it, where `printf %s` was meant. */
const isOneLine = (value: Uint8Array): boolean => value.indexOf(NEWLINE) === value.length - 1;

export const run: Run = ([typed], options, io) =>
  pipe(
    E.Do,
    E.apS('path', secretPath(typed)),
    E.apS('description', orNone(note)(options.text['description'])),
    E.apS('ifVersion', orNone(versionOrNone)(options.text['if-version'])),
    TE.fromEither,
    TE.bind('value', ({ path }) => TE.chainEitherK(something)(readValue(io, `value of ${path}`))),
    TE.chain(({ path, description, ifVersion, value }) =>
      withAdmin(options, io, (admin) =>
        pipe(
          admin.writeSecret(path, value, given(description, ifVersion)),
          TE.chainTaskK(tellDone({ options, io }, { about: { path }, sentence: atVersion(path) })),
          TE.chainFirstTaskK(() => () => (isOneLine(value) ? say(io, 'note: the newline at the end is part of the value; printf %s sends none') : Promise.resolve())),
        ),
      ),
    ),
  );
