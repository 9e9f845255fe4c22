/** `jetlock admin list` */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AdminView } from '../../protocol/views.ts';
import { withAdmin } from '../connect.ts';
import { tellList, timeText } from '../output.ts';
import type { Run } from '../verb.ts';

const LISTING = {
  headings: ['admin', 'role', 'fingerprint', 'public key', 'added'],
  rows: ({ admin, role, keys, addedAt }: AdminView) => keys.map(({ key, fingerprint }) => [admin, role, fingerprint, key, timeText(addedAt)]),
  none: 'no admins',
};

export const run: Run = (_args, options, io) =>
  withAdmin(options, io, (admin) =>
    pipe(
      admin.list('admin.list', {}),
      TE.chainTaskK((list) => tellList({ options, io }, LISTING, list)),
    ),
  );
