/** `jetlock key status` */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { QueryReply } from '../../protocol/operations.ts';
import { withAdmin } from '../connect.ts';
import { tell, timeText } from '../output.ts';
import { textTable } from '../text-table.ts';
import type { Run } from '../verb.ts';

const DAY_MS = 86_400_000;

const linesOf = ({ operatorKey, rotatedBy, keys }: QueryReply<'key.status'>, now: number): ReadonlyArray<string> => [
  `operator key: ${operatorKey}, replaced by the ${rotatedBy}`,
  ...textTable(
    ['key', 'purpose', 'state', 'added', 'age', 'public key'],
    keys.map((key) => [
      key.id,
      key.purpose,
      key.current ? 'current' : 'kept',
      timeText(key.addedAt),
      `${Math.max(0, Math.floor((now - key.addedAt) / DAY_MS))}d`,
      key.public ?? '',
    ]),
  ),
];

export const run: Run = (_args, options, io) =>
  withAdmin(options, io, (admin) =>
    pipe(
      admin.query('key.status', {}),
      TE.chainTaskK((status) => tell({ options, io }, linesOf(status, Date.now()), status)),
    ),
  );
