/** `jetlock access deny SERVICE PATH [--reason TEXT]` */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { decideAccess } from '../access-decision.ts';
import { note, orNone, secretPath, serviceName } from '../arguments.ts';
import type { Run } from '../verb.ts';

export const run: Run = ([typedService, typedPath], options, io) =>
  pipe(
    E.Do,
    E.apS('service', serviceName(typedService)),
    E.apS('target', secretPath(typedPath)),
    E.apS('reason', orNone(note)(options.text['reason'])),
    TE.fromEither,
    TE.chain((denial) =>
      decideAccess(options, io, {
        ...denial,
        command: (seen) => ({ operation: 'access.deny', ...denial, seen }),
        sentence: `${denial.service} is denied ${denial.target}`,
      }),
    ),
  );
