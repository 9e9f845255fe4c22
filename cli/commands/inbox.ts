/** `jetlock inbox`: everything that waits for an admin, each with what to type next. */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Expectation } from '../../events/expectation.ts';
import { mismatchText } from '../../protocol/mismatch.ts';
import type { InboxView } from '../../protocol/views.ts';
import { withAdmin } from '../connect.ts';
import { tellList, timeText } from '../output.ts';
import type { Run } from '../verb.ts';

/** The first is the one that lets the waiting go on. Names and paths hold nothing that a shell would take for its own. */
const next = (card: InboxView): readonly [string, ...string[]] => {
  switch (card.kind) {
    case 'credential':
      return [`jetlock service approve ${card.service} ${card.fingerprint}`, `jetlock service deny ${card.service} ${card.fingerprint}`];
    case 'access':
      return [`jetlock access grant ${card.service} ${card.target}`, `jetlock access deny ${card.service} ${card.target}`];
    case 'missing':
    case 'mismatch':
      return [`jetlock secret set ${card.path}`];
  }
};

const expected = ({ format, pattern }: Expectation): ReadonlyArray<string> => [
  ...(format === null ? [] : [`format ${format}`]),
  ...(pattern === null ? [] : [`pattern ${pattern}`]),
];

const remark = (card: InboxView): string => {
  switch (card.kind) {
    case 'credential':
      return card.client === null ? '' : `${card.client.name} ${card.client.version}`;
    case 'mismatch':
      return `version ${card.version} ${card.checks.map(mismatchText).join(', ')}`;
    default:
      return [card.description ?? [], expected(card)].flat().join(', ');
  }
};

const WORDS = { credential: 'new credential', access: 'access', missing: 'no value', mismatch: 'another value' } as const;

const LISTING = {
  headings: ['waits for', 'service', 'since', 'description', 'next'],
  rows: (card: InboxView) => [[WORDS[card.kind], card.service, timeText(card.since), remark(card), next(card)[0]]],
  none: 'nothing waits',
};

export const run: Run = (_args, options, io) =>
  withAdmin(options, io, (admin) =>
    pipe(
      admin.list('inbox.list', {}),
      TE.chainTaskK(({ items }) => tellList({ options, io }, LISTING, { items: items.map((card) => ({ ...card, next: next(card) })) })),
    ),
  );
