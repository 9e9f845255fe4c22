/** Cards with who asks, and how often. */
import { isLeft, right } from 'fp-ts/lib/Either.js';
import type { Count, SecretPath, ServiceName } from '../events/vocabulary.ts';
import { ServiceView, UsageView, type AskingCredential, type InboxItem, type InboxView } from '../protocol/views.ts';
import { isUsageOfAny } from './keys.ts';
import type { Answer, Rows } from './rows.ts';

/** Of each card: so few that with them a full page is still one message. */
const CREDENTIALS_MAX = 3;

type Asking = Extract<InboxView, { readonly kind: 'access' | 'missing' }>;
const isAsking = (card: InboxView): card is Asking => card.kind === 'access' || card.kind === 'missing';
const pathOf = (card: Asking): SecretPath => (card.kind === 'access' ? card.target : card.path);

/** How often each path was asked for in vain, by whom. */
type Asked = ReadonlyMap<SecretPath, ReadonlyMap<ServiceName, number>>;
type Known = ReadonlyMap<ServiceName, ReadonlyArray<AskingCredential>>;

const askedOf = (usage: ReadonlyArray<UsageView>, cards: ReadonlyArray<Asking>): Asked => {
  const asked = new Map<SecretPath, Map<ServiceName, number>>();
  const add = (path: SecretPath, service: ServiceName, count: number): void => {
    const by = asked.get(path) ?? new Map<ServiceName, number>();
    asked.set(path, by.set(service, (by.get(service) ?? 0) + count));
  };
  for (const { path, service, refused } of usage) if (path !== null && refused > 0) add(path, service, refused);
  // The read that made the stub came before there was a path to count it for.
  for (const card of cards) if (card.kind === 'missing') add(card.path, card.service, 1);
  return asked;
};

/** The last event of one that is approved is its approval. */
const credentialsOf = ({ credentials }: ServiceView): ReadonlyArray<AskingCredential> =>
  credentials
    .filter(({ status }) => status === 'approved')
    .sort((a, b) => b.seq - a.seq)
    .slice(0, CREDENTIALS_MAX)
    .map(({ fingerprint, client }) => ({ fingerprint, client }));

const itemOf =
  (asked: Asked, known: Known) =>
  (card: InboxView): InboxItem => {
    if (!isAsking(card)) return { ...card, asked: null };
    const credentials = known.get(card.service) ?? [];
    const by = asked.get(pathOf(card)) ?? new Map<ServiceName, number>();
    if (card.kind === 'access') return { ...card, asked: (by.get(card.service) ?? 0) as Count, credentials };
    const all = [...by.values()].reduce((sum, count) => sum + count, 0);
    return { ...card, asked: all as Count, credentials, others: (by.size - 1) as Count };
  };

export const inboxItems = async (rows: Rows, cards: ReadonlyArray<InboxView>): Answer<ReadonlyArray<InboxItem>> => {
  const asking = cards.filter(isAsking);
  if (asking.length === 0) return right(cards.map(itemOf(new Map(), new Map())));
  const usage = await rows.list(UsageView, 'usage', { where: isUsageOfAny(asking.map(pathOf)) });
  if (isLeft(usage)) return usage;
  const names = new Set<string>(asking.map(({ service }) => service));
  const services = await rows.list(ServiceView, 'services', { where: (key) => names.has(key) });
  if (isLeft(services)) return services;
  const known = new Map(services.right.map(({ entry }) => [entry.service, credentialsOf(entry)]));
  return right(cards.map(itemOf(askedOf(usage.right.map(({ entry }) => entry), asking), known)));
};
