/** `jetlock service add NAME --public-key KEY` */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { credentialFingerprint } from '../../client/fingerprints.ts';
import { publicKey, serviceName } from '../arguments.ts';
import { carryOut, sentence } from '../output.ts';
import type { Run } from '../verb.ts';

export const run: Run = ([typed], options, io) =>
  pipe(
    E.Do,
    E.apS('service', serviceName(typed)),
    E.apS('key', publicKey(options.text['public-key'])),
    TE.fromEither,
    TE.chain(({ service, key }) => {
      const fingerprint = credentialFingerprint('key', key);
      return carryOut(
        { options, io },
        { operation: 'service.add', service, key, fingerprint },
        { about: { service, fingerprint }, sentence: sentence(`${service} ${fingerprint} is approved`) },
      );
    }),
  );
