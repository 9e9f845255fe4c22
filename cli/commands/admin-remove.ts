/** `jetlock admin remove NAME` */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { adminName } from '../arguments.ts';
import { carryOut, sentence } from '../output.ts';
import { confirm } from '../prompt.ts';
import type { Run } from '../verb.ts';

export const run: Run = ([typed], options, io) =>
  pipe(
    TE.fromEither(adminName(typed)),
    TE.chainFirst((admin) => confirm(io, `remove the admin ${admin} and all their keys?`, options.flags.has('yes'))),
    TE.chain((admin) =>
      carryOut({ options, io }, { operation: 'admin.remove', admin }, { about: { admin }, sentence: sentence(`${admin} is no admin any more`) }),
    ),
  );
