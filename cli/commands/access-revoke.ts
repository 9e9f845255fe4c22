/** `jetlock access revoke SERVICE PATH|PREFIX/ [--reason TEXT]` */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { decideAccess } from '../access-decision.ts';
import { note, orNone, serviceName, target } from '../arguments.ts';
import type { Run } from '../verb.ts';

export const run: Run = ([typedService, typedTarget], options, io) =>
  pipe(
    E.Do,
    E.apS('service', serviceName(typedService)),
    E.apS('target', target(typedTarget)),
    E.apS('reason', orNone(note)(options.text['reason'])),
    TE.fromEither,
    TE.chain((revoked) =>
      decideAccess(options, io, {
        ...revoked,
        command: (seen) => ({ operation: 'access.revoke', ...revoked, seen }),
        sentence: `${revoked.service} may not read ${revoked.target} any more`,
      }),
    ),
  );
