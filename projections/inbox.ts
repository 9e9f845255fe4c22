/** What waits for an admin. A card vanishes when it is decided, whichever way. */
import type { EventOf } from '../events/event.ts';
import { covers, isPrefix, namespaceOf, type SecretPath, type ServiceName, type Target } from '../events/vocabulary.ts';
import { InboxView } from '../protocol/views.ts';
import { mismatches } from '../protocol/mismatch.ts';
import { accessCardKey, credentialCardKey, mismatchCardKey, missingCardKey } from './keys.ts';
import { keysWhere, type Change, type EventFact, type Projection } from './projection.ts';

type Entries = ReadonlyMap<string, InboxView>;
type Changes = ReadonlyArray<Change<InboxView>>;

/** Only what is there can vanish: most grants and writes settle no card. */
const gone = (entries: Entries, keys: ReadonlyArray<string>): Changes => keys.flatMap((key) => (entries.has(key) ? [[key, undefined]] : []));

const settledBy = (entries: Entries, service: ServiceName, target: Target): ReadonlyArray<string> =>
  isPrefix(target)
    ? keysWhere(entries, (card) => card.kind === 'access' && card.service === service && covers(target, card.target))
    : [accessCardKey(service, target)];

type Mismatch = Extract<InboxView, { kind: 'mismatch' }>;

/** One card of a path, with the service of its first mismatch; none without any. */
const mismatchCard = ({ since, seq, path, version, checks }: Omit<Mismatch, 'kind' | 'service'>): Changes => {
  const [first] = checks;
  return first === undefined ? [] : [[mismatchCardKey(path), { kind: 'mismatch', service: first.service, since, seq, path, version, checks }]];
};

/** What is wrong with a new value; what was wrong with the one before is over. */
const written = (entries: Entries, { now: since, seq }: EventFact, { path, version, checks }: EventOf<'SecretWritten'>): Changes => {
  const card = mismatchCard({ since, seq, path, version, checks: mismatches(checks) });
  return [...gone(entries, [missingCardKey(path), ...(card.length === 0 ? [mismatchCardKey(path)] : [])]), ...card];
};

/** A service does not expect any more what the value was held against. */
const withoutService = (entries: Entries, { seq }: EventFact, service: ServiceName, key: string): Changes => {
  const known = entries.get(key);
  if (known?.kind !== 'mismatch' || !known.checks.some((check) => check.service === service)) return [];
  const card = mismatchCard({ ...known, checks: known.checks.filter((check) => check.service !== service), seq });
  return card.length === 0 ? [[key, undefined]] : card;
};

const closed = (entries: Entries, fact: EventFact, { service, target }: EventOf<'AccessDenied' | 'AccessRevoked'>): Changes => {
  if (!isPrefix(target)) return [...gone(entries, [accessCardKey(service, target)]), ...withoutService(entries, fact, service, mismatchCardKey(target))];
  return keysWhere(entries, (card) => card.kind === 'mismatch' && covers(target, card.path)).flatMap((key) => withoutService(entries, fact, service, key));
};

const expectedAnew = (entries: Entries, fact: EventFact, { service, target, format, pattern }: EventOf<'ExpectationChanged'>): Changes => {
  const key = accessCardKey(service, target);
  const card = entries.get(key);
  const asked: Changes = card?.kind === 'access' ? [[key, { ...card, format, pattern, seq: fact.seq }]] : [];
  return [...asked, ...withoutService(entries, fact, service, mismatchCardKey(target))];
};

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
      const { service, target, description, format, pattern } = event;
      return isPrefix(target) ? [] : [[accessCardKey(service, target), { kind: 'access', service, since, seq, target, description, format, pattern }]];
    }
    case 'ExpectationChanged':
      return expectedAnew(entries, fact, event);
    case 'AccessGranted':
      return gone(entries, settledBy(entries, event.service, event.target));
    case 'AccessDenied':
    case 'AccessRevoked':
      return closed(entries, fact, event);
    case 'SecretStubbed': {
      const { service, path, description, format, pattern } = event;
      return [[missingCardKey(path), { kind: 'missing', service, since, seq, path, description, format, pattern }]];
    }
    case 'SecretDescribed':
      return described(entries, event.path, fact, event);
    case 'SecretWritten':
      return written(entries, fact, event);
    case 'SecretDeleted':
      return gone(entries, [missingCardKey(event.path), mismatchCardKey(event.path)]);
    case 'NamespaceDeleted':
      return gone(entries, keysWhere(entries, (card) => (card.kind === 'missing' || card.kind === 'mismatch') && namespaceOf(card.path) === event.namespace));
    default:
      return [];
  }
};

export const inbox: Projection<InboxView> = {
  name: 'inbox',
  entry: InboxView,
  evolve: (entries, fact) => (fact._tag === 'event' ? evolve(entries, fact) : []),
};
