/** `jetlock token list` */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { ApiTokenView } from '../../protocol/views.ts';
import { withAdmin } from '../connect.ts';
import { tellList, timeText } from '../output.ts';
import type { Run } from '../verb.ts';

const LISTING = {
  headings: ['token', 'role', 'admin', 'issued', 'until', 'issued by', 'id'],
  rows: ({ label, role, admin, issuedAt, issuedBy, until, expired, token }: ApiTokenView) => [
    [label, role, admin, timeText(issuedAt), `${timeText(until)}${expired ? ' (ended)' : ''}`, issuedBy ?? '', token],
  ],
  none: 'no API tokens',
};

export const run: Run = (_args, options, io) =>
  withAdmin(options, io, (admin) =>
    pipe(
      admin.list('token.list', {}),
      TE.chainTaskK((list) => tellList({ options, io }, LISTING, list)),
    ),
  );
