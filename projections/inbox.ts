/** What waits for an admin. A card vanishes when it is decided, whichever way. */
import type { EventOf } from '../events/event.ts';
import { covers, isPrefix, namespaceOf, type SecretPath, type ServiceName, type Target } from '../events/vocabulary.ts';
import { InboxView } from '../protocol/views.ts';
import { accessCardKey, credentialCardKey, missingCardKey } from './keys.ts';
import type { Change, EventFact, Projection } from './projection.ts';

type Entries = ReadonlyMap<string, InboxView>;
type Changes = ReadonlyArray<Change<InboxView>>;

/** Only what is there can vanish: most grants and writes settle no card. */
const gone = (entries: Entries, keys: ReadonlyArray<string>): Changes => keys.flatMap((key) => (entries.has(key) ? [[key, undefined]] : []));

const keysWhere = (entries: Entries, holds: (card: InboxView) => boolean): ReadonlyArray<string> =>
  [...entries].flatMap(([key, card]) => (holds(card) ? [key] : []));

const settledBy = (entries: Entries, service: ServiceName, target: Target): ReadonlyArray<string> =>
  isPrefix(target)
    ? keysWhere(entries, (card) => card.kind === 'access' && card.service === service && covers(target, card.target))
    : [accessCardKey(service, target)];

const exactly = (service: ServiceName, target: Target): ReadonlyArray<string> => (isPrefix(target) ? [] : [accessCardKey(service, target)]);

const described = (entries: Entries, path: SecretPath, { seq }: EventFact, { description }: EventOf<'SecretDescribed'>): Changes => {
  const key = missingCardKey(path);
  const card = entries.get(key);
  return card?.kind === 'missing' ? [[key, { ...card, description, seq }]] : [];
};

const evolve = (entries: Entries, fact: EventFact): Changes => {
  const { event, now: since, seq } = fact;
  switch (event.type) {
    case 'CredentialRegistered': {
      const { service, fingerprint, client } = event;
      return [[credentialCardKey(service, fingerprint), { kind: 'credential', service, since, seq, fingerprint, client }]];
    }
    case 'CredentialApproved':
    case 'CredentialDenied':
    case 'CredentialRevoked':
    case 'CredentialExpired':
      return gone(entries, [credentialCardKey(event.service, event.fingerprint)]);
    case 'AccessRequested': {
      const { service, target, description } = event;
      return isPrefix(target) ? [] : [[accessCardKey(service, target), { kind: 'access', service, since, seq, target, description }]];
    }
    case 'AccessGranted':
      return gone(entries, settledBy(entries, event.service, event.target));
    case 'AccessDenied':
    case 'AccessRevoked':
      return gone(entries, exactly(event.service, event.target));
    case 'SecretStubbed': {
      const { service, path, description } = event;
      return [[missingCardKey(path), { kind: 'missing', service, since, seq, path, description }]];
    }
    case 'SecretDescribed':
      return described(entries, event.path, fact, event);
    case 'SecretWritten':
    case 'SecretDeleted':
      return gone(entries, [missingCardKey(event.path)]);
    case 'NamespaceDeleted':
      return gone(entries, keysWhere(entries, (card) => card.kind === 'missing' && namespaceOf(card.path) === event.namespace));
    default:
      return [];
  }
};

export const inbox: Projection<InboxView> = {
  name: 'inbox',
  entry: InboxView,
  evolve: (entries, fact) => (fact._tag === 'event' ? evolve(entries, fact) : []),
};
