/** `jetlock admin key remove NAME FINGERPRINT` */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { adminName, fingerprint } from '../arguments.ts';
import { withAdmin } from '../connect.ts';
import { EXIT } from '../exit-codes.ts';
import { sentence, tellDone } from '../output.ts';
import { confirm } from '../prompt.ts';
import { fail } from '../terminal.ts';
import type { Run } from '../verb.ts';

const none = fail(EXIT.notFound, 'there is no such key', 'jetlock admin list');

export const run: Run = ([name, print], options, io) =>
  pipe(
    E.Do,
    E.apS('admin', adminName(name)),
    E.apS('named', fingerprint(print)),
    TE.fromEither,
    TE.chainFirst(({ admin, named }) => confirm(io, `remove the key ${named} of ${admin}?`, options.flags.has('yes'))),
    TE.chain(({ admin, named }) =>
      withAdmin(options, io, (client) =>
        pipe(
          client.query('admin.list', {}),
          TE.map(({ items }) => items.find((one) => one.admin === admin)?.keys.find((key) => key.fingerprint === named)),
          TE.chainEitherKW(E.fromNullable({ ...none, code: 'not_found' })),
          TE.chainW(({ key }) =>
            pipe(
              client.command({ operation: 'admin.key.remove', admin, key }),
              TE.chainTaskK(tellDone({ options, io }, { about: { admin, fingerprint: named }, sentence: sentence(`the key ${named} of ${admin} does not count any more`) })),
            ),
          ),
        ),
      ),
    ),
  );
