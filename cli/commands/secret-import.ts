/** `jetlock secret import FILE --namespace NS`: each assignment of a .env file becomes the secret NS/KEY. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { SecretPath, type Namespace } from '../../events/vocabulary.ts';
import { namespace } from '../arguments.ts';
import { badLines } from '../bad-lines.ts';
import { exitOf, sendAllTold, type Tally } from '../batch.ts';
import { withAdmin } from '../connect.ts';
import { parseDotenv, type Assignment, type BadLine } from '../dotenv.ts';
import { tell } from '../output.ts';
import { readBytes } from '../read-file.ts';
import type { Run } from '../verb.ts';

type Write = { readonly path: SecretPath; readonly value: Uint8Array };

const writesIn = (into: Namespace, assignments: ReadonlyArray<Assignment>): E.Either<ReadonlyArray<BadLine>, ReadonlyArray<Write>> => {
  const writes = assignments.map(({ key, value, line }) => ({ path: `${into}/${key}`, value, line }));
  const tooLong = writes.filter(({ path }) => !SecretPath.is(path)).map(({ line }) => ({ line, problem: 'with the namespace the path is longer than 256 bytes' }));
  return tooLong.length > 0 ? E.left(tooLong) : E.right(writes.flatMap(({ path, value }) => (SecretPath.is(path) ? [{ path, value }] : [])));
};

const documentOf = ({ changed, unchanged, noted, failed }: Tally<Write>) => ({
  written: changed,
  unchanged,
  noted: noted.map(({ item, note }) => ({ path: item.path, note })),
  failed: failed.map(({ item, failure }) => ({ path: item.path, code: failure.code })),
});

const sentenceOf = ({ changed, unchanged, failed }: Tally<Write>): string =>
  [`${changed} written`, `${unchanged} unchanged`, ...(failed.length === 0 ? [] : [`${failed.length} failed`])].join(', ');

export const run: Run = ([file = ''], options, io) =>
  pipe(
    TE.fromEither(namespace(options.text['namespace'])),
    TE.bindTo('into'),
    TE.bind('bytes', () => readBytes(io, file)),
    TE.chainEitherK(({ into, bytes }) =>
      pipe(
        parseDotenv(bytes),
        E.chain((assignments) => writesIn(into, assignments)),
        E.mapLeft((lines) => badLines(file, lines)),
      ),
    ),
    TE.chain((writes) =>
      withAdmin(options, io, (admin) =>
        pipe(
          TE.fromTask(sendAllTold(io, 'importing', writes, ({ path }) => path, ({ path, value }) => admin.writeSecret(path, value))),
          TE.chainFirstTaskK((tally) => tell({ options, io }, [sentenceOf(tally)], documentOf(tally))),
          TE.map(exitOf),
        ),
      ),
    ),
  );
