/** `jetlock projections verify`: exit 78 if the read models are not what the log makes of them. */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { QueryReply } from '../../protocol/operations.ts';
import { withAdmin } from '../connect.ts';
import { EXIT } from '../exit-codes.ts';
import { tell } from '../output.ts';
import type { Run } from '../verb.ts';

type Verified = QueryReply<'projections.verify'>;

const linesOf = ({ identical, compared, different, differing }: Verified): ReadonlyArray<string> => {
  if (identical) return [`${compared} entries compared, all as the log makes them`];
  const more = different - differing.length;
  return [`${compared} entries compared, ${different} not as the log makes them; make them again: jetlock projections rebuild`, ...differing, ...(more === 0 ? [] : [`and ${more} more`])];
};

export const run: Run = (_args, options, io) =>
  withAdmin(options, io, (admin) =>
    pipe(
      admin.query('projections.verify', {}),
      TE.chainFirstTaskK((verified) => tell({ options, io }, linesOf(verified), verified)),
      TE.map(({ identical }) => (identical ? EXIT.ok : EXIT.configuration)),
    ),
  );
