/** `jetlock namespace rotate NAMESPACE` */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { namespace } from '../arguments.ts';
import { carryOut, sentence } from '../output.ts';
import type { Run } from '../verb.ts';

export const run: Run = ([typed], options, io) =>
  pipe(
    TE.fromEither(namespace(typed)),
    TE.chain((of) => carryOut({ options, io }, { operation: 'namespace.rotate', namespace: of }, { about: { namespace: of }, sentence: sentence(`the key of ${of} is replaced`) })),
  );
