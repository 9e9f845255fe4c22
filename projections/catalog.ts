/** The secrets that there are, with their history, and the namespaces that they stand in. */
import * as t from 'io-ts';
import type { Event, EventOf } from '../events/event.ts';
import { type Count, namespaceOf, type Namespace, type SecretPath } from '../events/vocabulary.ts';
import { NamespaceView, SecretView } from '../protocol/views.ts';
import { namespaceKey, secretKey } from './keys.ts';
import type { Change, EventFact, Projection } from './projection.ts';

const CatalogEntry = t.union([SecretView, NamespaceView], 'CatalogEntry');
export type CatalogEntry = t.TypeOf<typeof CatalogEntry>;
type Entries = ReadonlyMap<string, CatalogEntry>;
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

const written =
  ({ now, by, seq }: EventFact, { version, description, rollbackOf }: EventOf<'SecretWritten'>): To =>
  (before) => ({
    status: before.status === 'disabled' ? 'disabled' : 'live',
    version: version as number as Count,
    history: [...before.history, { version, at: now, by, rollbackOf, deleted: false, seq }].slice(-HISTORY_MAX),
    askedBy: null,
    ...(description === null ? {} : { description }),
  });

/** The history stays and says what is gone; the entry stays too, since versions go on from it. */
const deleted: To = ({ history }) => ({
  status: 'deleted',
  description: null,
  askedBy: null,
  history: history.map((version) => ({ ...version, deleted: true })),
});

const secretChange = (fact: EventFact, event: Event): readonly [SecretPath, To] | undefined => {
  switch (event.type) {
    case 'SecretStubbed':
      return [event.path, () => ({ status: 'stub', description: event.description, askedBy: event.service })];
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
  [...entries.values()].flatMap((entry) =>
    isSecret(entry) && entry.status !== 'deleted' && namespaceOf(entry.path) === namespace ? [entry.path] : [],
  );

const namespaceChanges = (entries: Entries, fact: EventFact): Changes => {
  const { event, now, by, seq } = fact;
  if (event.type === 'NamespaceCreated') {
    const { namespace } = event;
    return [[namespaceKey(namespace), { namespace, createdAt: now, createdBy: by, seq }]];
  }
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
    return changed === undefined ? namespaceChanges(entries, fact) : [change(entries, fact, ...changed)];
  },
};
