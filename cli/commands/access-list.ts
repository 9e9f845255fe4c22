/** `jetlock access list [--pending]` */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AccessView } from '../../protocol/views.ts';
import { accessText } from '../access-text.ts';
import { withAdmin } from '../connect.ts';
import { tellList, timeText } from '../output.ts';
import type { Run } from '../verb.ts';

const LISTING = {
  headings: ['service', 'target', 'access', 'at', 'by', 'description', 'reason'],
  rows: (access: AccessView) => [
    [
      access.service,
      access.target,
      accessText(access),
      timeText(access.decidedAt ?? access.requestedAt),
      access.decidedBy ?? '',
      access.description ?? '',
      access.reason ?? '',
    ],
  ],
  none: 'no access',
};

export const run: Run = (_args, options, io) =>
  withAdmin(options, io, (admin) =>
    pipe(
      admin.list('access.list', { status: options.flags.has('pending') ? 'requested' : null }),
      TE.chainTaskK((list) => tellList({ options, io }, LISTING, list)),
    ),
  );
