/** `jetlock secret show PATH`: everything that is known of a secret but its value. */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { QueryReply } from '../../protocol/operations.ts';
import { accessText } from '../access-text.ts';
import { secretPath } from '../arguments.ts';
import { withAdmin } from '../connect.ts';
import { tell, timeText } from '../output.ts';
import { OFFLINE_HEADINGS, offlineRows, ROLLOUT_HEADINGS, rolloutRows, unheardLines } from '../rollout-rows.ts';
import { printable } from '../terminal.ts';
import { textTable } from '../text-table.ts';
import type { Run } from '../verb.ts';

type Shown = QueryReply<'secret.show'>;

const facts = ({ secret }: Shown): ReadonlyArray<string> =>
  [
    ['path', secret.path],
    ['status', secret.status],
    ['version', `${secret.version}`],
    ['description', secret.description ?? ''],
    ['asked by', secret.askedBy ?? ''],
    ['created', timeText(secret.createdAt)],
    ['updated', `${timeText(secret.updatedAt)} ${secret.updatedBy ?? ''}`.trim()],
  ].flatMap(([name, fact]) => (fact === '' ? [] : [`${name}: ${fact}`]));

const FITS = { true: 'matches', false: 'does not match', null: 'not checked' } as const;

const table = (headings: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> =>
  rows.length === 0 ? [] : ['', ...textTable(headings, rows)];

const linesOf = (shown: Shown): ReadonlyArray<string> => [
  ...facts(shown).map((line) => printable(line)),
  ...table(['service', 'access', 'to'], shown.access.map((access) => [access.service, accessText(access), access.target])),
  ...table(['service', 'expects', '', 'the value'], shown.secret.checks.map(({ service, kind, wanted, fits }) => [service, kind, wanted, FITS[`${fits}`]])),
  ...table(
    ['service', 'reads', 'last', 'refused', 'last refused'],
    shown.usage.map((use) => [use.service, `${use.allowed}`, timeText(use.lastAllowedAt), `${use.refused}`, timeText(use.lastRefusedAt)]),
  ),
  ...table(ROLLOUT_HEADINGS, rolloutRows(shown.rollout)),
  ...unheardLines(shown.rollout).map((line) => printable(line)),
  ...table(OFFLINE_HEADINGS, offlineRows(shown.rollout)),
];

export const run: Run = ([typed], options, io) =>
  pipe(
    TE.fromEither(secretPath(typed)),
    TE.chain((path) =>
      withAdmin(options, io, (admin) =>
        pipe(
          admin.query('secret.show', { path }),
          TE.chainTaskK((shown) => tell({ options, io }, linesOf(shown), shown)),
        ),
      ),
    ),
  );
