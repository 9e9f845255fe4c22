/** `jetlock namespace key issue NAMESPACE`: made here, shown once, kept by the service as a digest. */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { makeAccessKey } from '../../client/bearer.ts';
import { namespace } from '../arguments.ts';
import { withAdmin } from '../connect.ts';
import { tell } from '../output.ts';
import { say } from '../terminal.ts';
import type { Run } from '../verb.ts';

export const run: Run = ([typed], options, io) =>
  pipe(
    TE.fromEither(namespace(typed)),
    TE.chain((name) => {
      const { id, text: accessKey, digest } = makeAccessKey();
      const told = { namespace: name, key: id, accessKey: accessKey.reveal() };
      return withAdmin(options, io, (client) =>
        pipe(
          client.command({ operation: 'namespace.access-key.issue', namespace: name, key: id, digest }),
          TE.chainFirstTaskK(() => () => say(io, `whoever has this key reads, writes and deletes in ${name}; it is shown this once, its id is ${id}`)),
          TE.chainTaskK(() => tell({ options, io }, [told.accessKey], told)),
        ),
      );
    }),
  );
