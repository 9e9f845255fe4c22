/** `jetlock projections status` */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { QueryReply } from '../../protocol/operations.ts';
import { withAdmin } from '../connect.ts';
import { tell } from '../output.ts';
import { textTable } from '../text-table.ts';
import type { Run } from '../verb.ts';

const linesOf = ({ head, items }: QueryReply<'projections.status'>): ReadonlyArray<string> => [
  `head of the log: ${head}`,
  ...textTable(
    ['projection', 'seq', 'entries', 'digest'],
    items.map(({ projection, seq, entries, digest }) => [projection, `${seq}`, `${entries}`, digest]),
  ),
];

export const run: Run = (_args, options, io) =>
  withAdmin(options, io, (admin) =>
    pipe(
      admin.query('projections.status', {}),
      TE.chainTaskK((status) => tell({ options, io }, linesOf(status), status)),
    ),
  );
