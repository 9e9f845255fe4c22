/** `jetlock projections rebuild` */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { QueryReply } from '../../protocol/operations.ts';
import { withAdmin } from '../connect.ts';
import { tell } from '../output.ts';
import type { Run } from '../verb.ts';

const lineOf = ({ identical, entries, events }: QueryReply<'projections.rebuild'>): string =>
  `${entries} entries made again from ${events} events, ${identical ? 'identical to those before' : 'not identical to those before'}`;

export const run: Run = (_args, options, io) =>
  withAdmin(options, io, (admin) =>
    pipe(
      admin.query('projections.rebuild', {}),
      TE.chainTaskK((rebuilt) => tell({ options, io }, [lineOf(rebuilt)], rebuilt)),
    ),
  );
