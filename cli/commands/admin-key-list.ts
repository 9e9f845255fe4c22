/** `jetlock admin key list [NAME]` */
import { pipe } from 'fp-ts/lib/function.js';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AdminView } from '../../protocol/views.ts';
import { adminName, orNone } from '../arguments.ts';
import { identityOf, withAdmin } from '../connect.ts';
import { tellList, timeText } from '../output.ts';
import type { Run } from '../verb.ts';

type KeyView = AdminView['keys'][number];

const LISTING = {
  headings: ['fingerprint', 'label', 'added', 'added by'],
  rows: ({ fingerprint, label, addedAt, addedBy }: KeyView) => [[fingerprint, label ?? '', timeText(addedAt), addedBy ?? '']],
  none: 'no keys',
};

export const run: Run = ([typed], options, io) =>
  pipe(
    E.Do,
    E.apS('named', orNone(adminName)(typed)),
    E.apS('identity', identityOf(options, io)),
    TE.fromEither,
    TE.chain(({ named, identity }) =>
      withAdmin(options, io, (client) =>
        pipe(
          client.list('admin.list', {}),
          TE.map(({ items }) => ({ items: items.find(({ admin }) => admin === (named ?? identity.admin))?.keys ?? [] })),
          TE.chainTaskK((list) => tellList({ options, io }, LISTING, list)),
        ),
      ),
    ),
  );
