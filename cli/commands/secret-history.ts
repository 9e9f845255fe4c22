/** `jetlock secret history PATH` */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { SecretView } from '../../protocol/views.ts';
import { secretPath } from '../arguments.ts';
import { withAdmin } from '../connect.ts';
import { tellList, timeText } from '../output.ts';
import type { Run } from '../verb.ts';

type Row = SecretView['history'][number];

const remark = ({ rollbackOf, deleted }: Row): string =>
  [rollbackOf === null ? [] : [`value of version ${rollbackOf}`], deleted ? ['deleted'] : []].flat().join(', ');

const LISTING = {
  headings: ['version', 'at', 'by', 'remark'],
  rows: (row: Row) => [[`${row.version}`, timeText(row.at), row.by ?? '', remark(row)]],
  none: 'no versions',
};

export const run: Run = ([typed], options, io) =>
  pipe(
    TE.fromEither(secretPath(typed)),
    TE.chain((path) =>
      withAdmin(options, io, (admin) =>
        pipe(
          admin.query('secret.show', { path }),
          TE.chainTaskK(({ secret }) => tellList({ options, io }, LISTING, { items: secret.history })),
        ),
      ),
    ),
  );
