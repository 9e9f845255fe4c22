/** `jetlock admin add NAME --public-key KEY --role ROLE` */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { publicKeyFingerprint } from '../../client/fingerprints.ts';
import { adminName, publicKey, role } from '../arguments.ts';
import { carryOut, sentence } from '../output.ts';
import type { Run } from '../verb.ts';

export const run: Run = ([typed], options, io) =>
  pipe(
    E.Do,
    E.apS('admin', adminName(typed)),
    E.apS('key', publicKey(options.text['public-key'])),
    E.apS('role', role(options.text['role'])),
    TE.fromEither,
    TE.chain((added) => {
      const fingerprint = publicKeyFingerprint(added.key);
      return carryOut(
        { options, io },
        { operation: 'admin.add', ...added },
        { about: { admin: added.admin, role: added.role, fingerprint }, sentence: sentence(`${added.admin} is ${added.role} with the key ${fingerprint}`) },
      );
    }),
  );
