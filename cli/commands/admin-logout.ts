/** `jetlock admin logout NAME` */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { adminName } from '../arguments.ts';
import { carryOut, sentence } from '../output.ts';
import type { Run } from '../verb.ts';

export const run: Run = ([typed], options, io) =>
  pipe(
    TE.fromEither(adminName(typed)),
    TE.chain((admin) =>
      carryOut({ options, io }, { operation: 'admin.logout', admin }, { about: { admin }, sentence: sentence(`the sessions of ${admin} have ended; browsers with a key sign in again`) }),
    ),
  );
