/** What the inbox shows: cards, one for each decision. */
import type { AskingCredential, InboxItem } from '../../protocol/views.ts';

type Of<K extends InboxItem['kind']> = Extract<InboxItem, { readonly kind: K }>;

/** `missing`: what is asked for has no value yet, so that a grant alone lets nobody go on. */
export type Card = { readonly key: string } & (
  | { readonly kind: 'credential'; readonly of: Of<'credential'> }
  | { readonly kind: 'access'; readonly of: Of<'access'>; readonly missing: boolean }
  | { readonly kind: 'missing'; readonly of: Of<'missing'> }
  | { readonly kind: 'mismatch'; readonly of: Of<'mismatch'> }
);

const keyOf = (item: InboxItem): string => {
  switch (item.kind) {
    case 'credential':
      return `credential ${item.service} ${item.fingerprint}`;
    case 'access':
      return `access ${item.service} ${item.target}`;
    default:
      return `${item.kind} ${item.path}`;
  }
};

/** Who waits longest stands first, and what arrives does not move what is being looked at. A missing value that a service asks access to is part of that card. */
export const cardsOf = (items: ReadonlyArray<InboxItem>): ReadonlyArray<Card> => {
  const missing = new Set(items.flatMap((item) => (item.kind === 'missing' ? [item.path as string] : [])));
  const asked = new Set(items.flatMap((item) => (item.kind === 'access' ? [item.target as string] : [])));
  return [...items]
    .filter((item) => item.kind !== 'missing' || !asked.has(item.path))
    .sort((a, b) => a.since - b.since || (keyOf(a) < keyOf(b) ? -1 : 1))
    .map((item): Card => (item.kind === 'access' ? { key: keyOf(item), kind: 'access', of: item, missing: missing.has(item.target) } : ({ key: keyOf(item), kind: item.kind, of: item } as Card)));
};

/** What is decided about, as the end of a sentence that a button says: `Approve` this. */
export const cardSubject = (card: Card): string => {
  switch (card.kind) {
    case 'credential':
      return `${card.of.service} ${card.of.fingerprint}`;
    case 'access':
      return `${card.of.service} for ${card.of.target}`;
    default:
      return card.of.path;
  }
};

/** A value that is not what a service expects, as somebody has seen it: another version or another expectation is another one. */
export const mismatchKey = ({ of: { path, version, checks } }: Extract<Card, { readonly kind: 'mismatch' }>): string =>
  [path, version, ...checks.map(({ service, kind, wanted }) => `${service} ${kind} ${wanted}`)].join('\n');

/** What a card is about, in words. */
export const cardTitle = (card: Card): string => {
  switch (card.kind) {
    case 'credential':
      return `${card.of.service} asks to be let in`;
    case 'access':
      return `${card.of.service} asks to read ${card.of.target}`;
    case 'missing':
      return `${card.of.path} has no value`;
    case 'mismatch':
      return `${card.of.path} is not what ${card.of.service} expects`;
  }
};

/** Who asks: the credential that waits, or those that the service has. */
export const cardCredentials = (card: Card): ReadonlyArray<AskingCredential> => {
  switch (card.kind) {
    case 'credential':
      return [card.of];
    case 'mismatch':
      return [];
    default:
      return card.of.credentials;
  }
};

/** The service of a card, and how many besides ask for what has no value. */
export const cardService = (card: Card): string => {
  const others = card.kind === 'missing' ? card.of.others : 0;
  return others === 0 ? card.of.service : `${card.of.service} and ${others} ${others === 1 ? 'other' : 'others'}`;
};

/** Which card is looked at after one has gone: the one that took its place, else the last. */
export const nextAfter = (before: ReadonlyArray<string>, after: ReadonlyArray<string>, current: string | undefined): string | undefined => {
  if (current === undefined || after.includes(current)) return current;
  const later = before.slice(before.indexOf(current) + 1).find((key) => after.includes(key));
  return later ?? after.at(-1);
};
