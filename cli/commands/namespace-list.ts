/** `jetlock namespace list` */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { NamespaceView } from '../../protocol/views.ts';
import { withAdmin } from '../connect.ts';
import { tellList, timeText } from '../output.ts';
import type { Run } from '../verb.ts';

const LISTING = {
  headings: ['namespace', 'access keys', 'created', 'by'],
  rows: ({ namespace, accessKeys, createdAt, createdBy }: NamespaceView) => [[namespace, `${accessKeys.filter(({ revokedAt }) => revokedAt === null).length}`, timeText(createdAt), createdBy ?? '']],
  none: 'no namespaces',
};

export const run: Run = (_args, options, io) =>
  withAdmin(options, io, (admin) =>
    pipe(
      admin.list('namespace.list', {}),
      TE.chainTaskK((list) => tellList({ options, io }, LISTING, list)),
    ),
  );
