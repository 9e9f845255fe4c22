/** Cards with how often what they are about was asked for. */
import { isLeft, right } from 'fp-ts/lib/Either.js';
import type { Count, SecretPath, ServiceName } from '../events/vocabulary.ts';
import { UsageView, type InboxItem, type InboxView } from '../protocol/views.ts';
import { isUsageOfAny } from './keys.ts';
import type { Answer, Rows } from './rows.ts';

/** Without a service: by all of them. */
const name = (path: SecretPath, service: ServiceName | '' = ''): string => `${path} ${service}`;

/** What a card counts by; undefined where nobody asks for anything. */
const counted = (card: InboxView): string | undefined => {
  if (card.kind === 'access') return name(card.target, card.service);
  return card.kind === 'missing' ? name(card.path) : undefined;
};

const countsOf = (usage: ReadonlyArray<UsageView>, cards: ReadonlyArray<InboxView>): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  const add = (path: SecretPath, service: ServiceName, count: number): void => {
    for (const one of [name(path), name(path, service)]) counts.set(one, (counts.get(one) ?? 0) + count);
  };
  for (const { path, service, refused } of usage) if (path !== null) add(path, service, refused);
  // The read that made the stub came before there was a path to count it for.
  for (const card of cards) if (card.kind === 'missing') add(card.path, card.service, 1);
  return counts;
};

const pathsOf = (cards: ReadonlyArray<InboxView>): ReadonlyArray<SecretPath> =>
  cards.flatMap((card) => (card.kind === 'access' ? [card.target] : card.kind === 'missing' ? [card.path] : []));

export const inboxItems = async (rows: Rows, cards: ReadonlyArray<InboxView>): Answer<ReadonlyArray<InboxItem>> => {
  const paths = pathsOf(cards);
  if (paths.length === 0) return right(cards.map((card) => ({ ...card, asked: null })));
  const usage = await rows.list(UsageView, 'usage', { where: isUsageOfAny(paths) });
  if (isLeft(usage)) return usage;
  const counts = countsOf(usage.right.map(({ entry }) => entry), cards);
  return right(
    cards.map((card) => {
      const by = counted(card);
      return { ...card, asked: by === undefined ? null : ((counts.get(by) ?? 0) as Count) };
    }),
  );
};
