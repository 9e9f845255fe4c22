/** `jetlock namespace key revoke NAMESPACE ID` */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { id, namespace } from '../arguments.ts';
import { carryOut, sentence } from '../output.ts';
import type { Run } from '../verb.ts';

export const run: Run = ([typed, typedId], options, io) =>
  pipe(
    E.Do,
    E.apS('of', namespace(typed)),
    E.apS('key', id(typedId)),
    TE.fromEither,
    TE.chain(({ of, key }) =>
      carryOut({ options, io }, { operation: 'namespace.access-key.revoke', namespace: of, key }, { about: { namespace: of, key }, sentence: sentence(`the access key ${key} of ${of} does not count any more`) }),
    ),
  );
