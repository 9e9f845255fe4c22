/** `jetlock token create NAME --role ROLE`: made here, shown once, kept by the service as a digest. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { makeApiToken } from '../../client/bearer.ts';
import { Instant, sure } from '../../events/vocabulary.ts';
import { label, tokenRole } from '../arguments.ts';
import { identityOf, withAdmin } from '../connect.ts';
import { duration } from '../duration.ts';
import { tell, timeText } from '../output.ts';
import { say } from '../terminal.ts';
import type { Run } from '../verb.ts';

export const run: Run = ([typed], options, io) =>
  pipe(
    E.Do,
    E.apS('label', label(typed)),
    E.apS('role', tokenRole(options.text['role'])),
    E.apS('length', duration(options.text['for'])),
    E.apS('identity', identityOf(options, io)),
    TE.fromEither,
    TE.chain(({ label: name, role, length, identity: { admin } }) => {
      const { id, text: token, digest } = makeApiToken();
      const until = sure(Instant, Date.now() + length);
      const told = { token: token.reveal(), id, label: name, role, until };
      return withAdmin(options, io, (client) =>
        pipe(
          client.command({ operation: 'token.issue', admin, token: id, label: name, role, digest, until }),
          TE.chainFirstTaskK(() => () => say(io, `the token ${name} (${role}) ends at ${timeText(until)}; it is shown this once`)),
          TE.chainTaskK(() => tell({ options, io }, [told.token], told)),
        ),
      );
    }),
  );
