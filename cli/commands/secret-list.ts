/** `jetlock secret list [PREFIX]` */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { SecretView } from '../../protocol/views.ts';
import { orNone, prefix } from '../arguments.ts';
import { withAdmin } from '../connect.ts';
import { tellList, timeText } from '../output.ts';
import type { Run } from '../verb.ts';

const LISTING = {
  headings: ['path', 'status', 'version', 'updated', 'by', 'description'],
  rows: ({ path, status, version, updatedAt, updatedBy, description }: SecretView) => [
    [path, status, `${version}`, timeText(updatedAt), updatedBy ?? '', description ?? ''],
  ],
  none: 'no secrets',
};

/** What was deleted keeps its entry, since its versions go on from there. */
const isThere = ({ status }: SecretView): boolean => status !== 'deleted';

export const run: Run = ([typed], options, io) =>
  pipe(
    TE.fromEither(orNone(prefix)(typed)),
    TE.chain((under) =>
      withAdmin(options, io, (admin) =>
        pipe(
          admin.query('secret.list', { prefix: under }),
          TE.chainTaskK(({ items }) => tellList({ options, io }, LISTING, { items: items.filter(isThere) })),
        ),
      ),
    ),
  );
