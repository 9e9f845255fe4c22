/** `jetlock access grant SERVICE PATH|PREFIX/ [--for DURATION] [--once | --offline DURATION] [--reason TEXT]` */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { decideAccess } from '../access-decision.ts';
import { note, orNone, serviceName, target } from '../arguments.ts';
import { duration } from '../duration.ts';
import { grantNotes } from '../grant-notes.ts';
import type { Run } from '../verb.ts';

const limits = (time: string | undefined, once: boolean, offline: string | undefined): string =>
  `${time === undefined ? '' : ` for ${time}`}${once ? ' once' : ''}${offline === undefined ? '' : `, offline for ${offline}`}`;

export const run: Run = ([typedService, typedTarget], options, io) =>
  pipe(
    E.Do,
    E.apS('service', serviceName(typedService)),
    E.apS('target', target(typedTarget)),
    E.apS('duration', orNone(duration)(options.text['for'])),
    E.apS('offline', orNone(duration)(options.text['offline'])),
    E.apS('reason', orNone(note)(options.text['reason'])),
    TE.fromEither,
    TE.chain((grant) => {
      const once = options.flags.has('once');
      return decideAccess(options, io, {
        ...grant,
        command: (seen) => ({ operation: 'access.grant', ...grant, once, seen }),
        sentence: `${grant.service} may read ${grant.target}${limits(options.text['for'], once, options.text['offline'])}`,
        notes: (admin) => grantNotes(admin, grant.service, grant.target),
      });
    }),
  );
