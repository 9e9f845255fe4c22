/** The secrets that there are, with their history, and the namespaces that they stand in. */
import * as t from 'io-ts';
import type { Event, EventOf } from '../events/event.ts';
import { unchecked, type Expectation } from '../events/expectation.ts';
import { type Count, covers, isPrefix, namespaceOf, type Namespace, type SecretPath, type ServiceName } from '../events/vocabulary.ts';
import { NamespaceView, SecretView } from '../protocol/views.ts';
import { namespaceKey, secretKey } from './keys.ts';
import type { Change, EventFact, Projection } from './projection.ts';

const CatalogEntry = t.union([SecretView, NamespaceView], 'CatalogEntry');
export type CatalogEntry = t.TypeOf<typeof CatalogEntry>;
type Entries = ReadonlyMap<string, CatalogEntry>;
type Checks = SecretView['checks'];
type Changes = ReadonlyArray<Change<CatalogEntry>>;

/** An entry is one message: older versions stay in the log alone. */
export const HISTORY_MAX = 200;

export const isSecret = (entry: CatalogEntry | undefined): entry is SecretView => entry !== undefined && 'path' in entry;

const fresh = (path: SecretPath, { now, seq }: EventFact): SecretView => ({
  path,
  status: 'stub',
  description: null,
  version: 0 as Count,
  history: [],
  checks: [],
  askedBy: null,
  createdAt: now,
  updatedAt: now,
  updatedBy: null,
  seq,
});

type To = (before: SecretView) => Partial<SecretView>;

const change = (entries: Entries, fact: EventFact, path: SecretPath, to: To): Change<CatalogEntry> => {
  const key = secretKey(path);
  const known = entries.get(key);
  const before = isSecret(known) ? known : fresh(path, fact);
  return [key, { ...before, ...to(before), updatedAt: fact.now, updatedBy: fact.by, seq: fact.seq }];
};

/** Of another value, or none. */
const notLookedAt = (checks: Checks): Checks => checks.map((check) => ({ ...check, fits: null }));

const written =
  ({ now, by, seq }: EventFact, { version, description, rollbackOf, checks }: EventOf<'SecretWritten'>): To =>
  (before) => ({
    status: before.status === 'disabled' ? 'disabled' : 'live',
    version: version as number as Count,
    history: [...before.history, { version, at: now, by, rollbackOf, deleted: false, seq }].slice(-HISTORY_MAX),
    checks: [...notLookedAt(before.checks.filter(({ service }) => !checks.some((check) => check.service === service))), ...checks],
    askedBy: null,
    ...(description === null ? {} : { description }),
  });

/** The history stays and says what is gone; the entry stays too, since versions go on from it. */
const deleted: To = ({ history, checks }) => ({
  status: 'deleted',
  description: null,
  askedBy: null,
  history: history.map((version) => ({ ...version, deleted: true })),
  checks: notLookedAt(checks),
});

/** Last asked wins. */
const asked = (checks: Checks, service: ServiceName, expected: Expectation): Checks => [...checks.filter((check) => check.service !== service), ...unchecked(service, expected)];

/** No change of the secret itself: who changed it last, and when, stays. */
const otherChecks = (entries: Entries, { seq }: EventFact, path: SecretPath, to: (checks: Checks) => Checks): Changes => {
  const known = entries.get(secretKey(path));
  if (!isSecret(known)) return [];
  const checks = to(known.checks);
  return checks.length === 0 && known.checks.length === 0 ? [] : [[secretKey(path), { ...known, checks, seq }]];
};

/** Nothing is copied: there may be a hundred thousand. */
const secretsWhere = (entries: Entries, isSo: (secret: SecretView) => boolean): ReadonlyArray<SecretPath> => {
  const paths: SecretPath[] = [];
  for (const entry of entries.values()) if (isSecret(entry) && isSo(entry)) paths.push(entry.path);
  return paths;
};

/** A service that may not read something any more expects nothing of it. */
const closed = (entries: Entries, fact: EventFact, { service, target }: EventOf<'AccessDenied' | 'AccessRevoked'>): Changes => {
  const isTheirs = (check: Checks[number]): boolean => check.service === service;
  const paths = isPrefix(target) ? secretsWhere(entries, ({ path, checks }) => checks.some(isTheirs) && covers(target, path)) : [target];
  return paths.flatMap((path) => otherChecks(entries, fact, path, (checks) => checks.filter((check) => !isTheirs(check))));
};

const accessChanges = (entries: Entries, fact: EventFact): Changes => {
  const { event } = fact;
  switch (event.type) {
    case 'AccessRequested':
    case 'ExpectationChanged':
      return isPrefix(event.target) ? [] : otherChecks(entries, fact, event.target, (checks) => asked(checks, event.service, event));
    case 'AccessDenied':
    case 'AccessRevoked':
      return closed(entries, fact, event);
    default:
      return [];
  }
};

const secretChange = (fact: EventFact, event: Event): readonly [SecretPath, To] | undefined => {
  switch (event.type) {
    case 'SecretStubbed':
      return [event.path, ({ checks }) => ({ status: 'stub', description: event.description, askedBy: event.service, checks: asked(checks, event.service, event) })];
    case 'SecretWritten':
      return [event.path, written(fact, event)];
    case 'SecretDescribed':
      return [event.path, () => ({ description: event.description })];
    case 'SecretDisabled':
      return [event.path, () => ({ status: 'disabled' })];
    case 'SecretEnabled':
      return [event.path, () => ({ status: 'live' })];
    case 'SecretDeleted':
      return [event.path, deleted];
    default:
      return undefined;
  }
};

const secretsIn = (entries: Entries, namespace: Namespace): ReadonlyArray<SecretPath> =>
  secretsWhere(entries, ({ path, status }) => status !== 'deleted' && namespaceOf(path) === namespace);

type AccessKeys = NamespaceView['accessKeys'];
/** Revoked ones stay to be seen, until there are this many. */
const ACCESS_KEYS_SHOWN = 64;

const shown = (keys: AccessKeys): AccessKeys => {
  const over = keys.length - ACCESS_KEYS_SHOWN;
  const forgotten = new Set(over > 0 ? keys.filter(({ revokedAt }) => revokedAt !== null).slice(0, over) : []);
  return keys.filter((key) => !forgotten.has(key));
};

const otherKeys = (entries: Entries, { seq }: EventFact, { namespace }: { readonly namespace: Namespace }, to: (keys: AccessKeys) => AccessKeys): Changes => {
  const known = entries.get(namespaceKey(namespace));
  return known === undefined || isSecret(known) ? [] : [[namespaceKey(namespace), { ...known, accessKeys: shown(to(known.accessKeys)), seq }]];
};

const namespaceChanges = (entries: Entries, fact: EventFact): Changes => {
  const { event, now, by, seq } = fact;
  if (event.type === 'NamespaceCreated') {
    const { namespace } = event;
    return [[namespaceKey(namespace), { namespace, createdAt: now, createdBy: by, accessKeys: [], seq }]];
  }
  if (event.type === 'AccessKeyIssued') return otherKeys(entries, fact, event, (keys) => [...keys, { key: event.key, issuedAt: now, issuedBy: by, revokedAt: null }]);
  if (event.type === 'AccessKeyRevoked') return otherKeys(entries, fact, event, (keys) => keys.map((one) => (one.key === event.key ? { ...one, revokedAt: now } : one)));
  if (event.type !== 'NamespaceDeleted') return [];
  const gone = secretsIn(entries, event.namespace).map((path) => change(entries, fact, path, deleted));
  return [[namespaceKey(event.namespace), undefined], ...gone];
};

export const catalog: Projection<CatalogEntry> = {
  name: 'catalog',
  entry: CatalogEntry,
  evolve: (entries, fact) => {
    if (fact._tag !== 'event') return [];
    const changed = secretChange(fact, fact.event);
    return changed === undefined ? [...namespaceChanges(entries, fact), ...accessChanges(entries, fact)] : [change(entries, fact, ...changed)];
  },
};
