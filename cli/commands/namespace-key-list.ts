/** `jetlock namespace key list NAMESPACE` */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AccessKeyView } from '../../protocol/views.ts';
import { namespace } from '../arguments.ts';
import { withAdmin } from '../connect.ts';
import { EXIT } from '../exit-codes.ts';
import { tellList, timeText } from '../output.ts';
import { fail } from '../failure.ts';
import type { Run } from '../verb.ts';

const LISTING = {
  headings: ['id', 'issued', 'by', 'revoked'],
  rows: ({ key, issuedAt, issuedBy, revokedAt }: AccessKeyView) => [[key, timeText(issuedAt), issuedBy ?? '', timeText(revokedAt)]],
  none: 'no access keys',
};

export const run: Run = ([typed], options, io) =>
  pipe(
    TE.fromEither(namespace(typed)),
    TE.chain((name) =>
      withAdmin(options, io, (admin) =>
        pipe(
          admin.list('namespace.list', { search: name }),
          TE.chainEitherKW(({ items }) => E.fromNullable({ ...fail(EXIT.notFound, `there is no namespace ${name}`, 'jetlock namespace list'), code: 'not_found' })(items.find((one) => one.namespace === name))),
          TE.chainTaskK(({ accessKeys }) => tellList({ options, io }, LISTING, { items: accessKeys })),
        ),
      ),
    ),
  );
