/** `jetlock secret disable PATH` */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { secretPath } from '../arguments.ts';
import { carryOut, sentence } from '../output.ts';
import type { Run } from '../verb.ts';

export const run: Run = ([typed], options, io) =>
  pipe(
    TE.fromEither(secretPath(typed)),
    TE.chain((path) => carryOut({ options, io }, { operation: 'secret.disable', path }, { about: { path }, sentence: sentence(`${path} is disabled`) })),
  );
