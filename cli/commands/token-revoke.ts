/** `jetlock token revoke NAME` */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { label } from '../arguments.ts';
import { withAdmin } from '../connect.ts';
import { EXIT } from '../exit-codes.ts';
import { sentence, tellDone } from '../output.ts';
import { fail } from '../failure.ts';
import type { Run } from '../verb.ts';

export const run: Run = ([typed], options, io) =>
  pipe(
    TE.fromEither(label(typed)),
    TE.chain((name) =>
      withAdmin(options, io, (client) =>
        pipe(
          client.list('token.list', {}),
          TE.chainEitherKW(({ items }) => E.fromNullable({ ...fail(EXIT.notFound, `there is no token ${name}`, 'jetlock token list'), code: 'not_found' })(items.find((token) => token.label === name))),
          TE.chainW(({ token, admin }) =>
            pipe(
              client.command({ operation: 'token.revoke', admin, token }),
              TE.chainTaskK(tellDone({ options, io }, { about: { label: name, token }, sentence: sentence(`the token ${name} does not count any more`) })),
            ),
          ),
        ),
      ),
    ),
  );
