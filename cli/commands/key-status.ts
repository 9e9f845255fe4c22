/** `jetlock key status` */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { KeyStatusView, KeyView } from '../../protocol/views.ts';
import { withAdmin } from '../connect.ts';
import { daysOld, keyAdvice } from '../key-advice.ts';
import { tell, timeText } from '../output.ts';
import { textTable } from '../text-table.ts';
import type { Run } from '../verb.ts';

const stateOf = ({ current, retired }: KeyView): string => {
  if (current) return retired ? 'to be replaced' : 'current';
  return retired ? 'retired' : 'kept';
};

const linesOf = (status: KeyStatusView, now: number): ReadonlyArray<string> => [
  `operator key: ${status.operatorKey}, ${daysOld(status.operatorKeySince, now)}d old, replaced by the ${status.rotatedBy}`,
  ...keyAdvice(status, now),
  ...textTable(
    ['key', 'purpose', 'state', 'added', 'age', 'public key'],
    status.keys.map((key) => [key.id, key.purpose, stateOf(key), timeText(key.addedAt), `${daysOld(key.addedAt, now)}d`, key.public ?? '']),
  ),
];

export const run: Run = (_args, options, io) =>
  withAdmin(options, io, (admin) =>
    pipe(
      admin.query('key.status', {}),
      TE.chainTaskK((status) => tell({ options, io }, linesOf(status, Date.now()), status)),
    ),
  );
