/** What `GET /events` sends: one event for each message of the log that changed something of the topics that were asked for. */
import * as t from 'io-ts';
import { Sequence } from '../events/vocabulary.ts';
import { AuditEntry } from './pages.ts';

/** `inbox`: cards. `catalogue`: secrets, namespaces, services and access. `audit`: the lines of the audit log themselves. */
export const Topic = t.keyof({ inbox: null, catalogue: null, audit: null }, 'Topic');
export type Topic = t.TypeOf<typeof Topic>;
export const TOPICS: ReadonlyArray<Topic> = ['inbox', 'catalogue', 'audit'];
const isList = (text: string): boolean => text.split(',').every(Topic.is);
/** Some of them, with commas between. */
export const TopicList = t.refinement(t.string, isList, `some of ${TOPICS.join(',')}`);

/** Something that changed, to be asked for again. `id` as in the paths of HTTP: of a card that of what it is about. */
export const Changed = t.strict(
  {
    kind: t.keyof({ secret: null, namespace: null, service: null, access: null, credential: null, missing: null, mismatch: null }, 'ChangedKind'),
    id: t.string,
  },
  'Changed',
);
export type Changed = t.TypeOf<typeof Changed>;

/** The data of an event `change`; its `id:` is the sequence. Topics that were not asked for are empty. */
export const LiveChange = t.strict(
  { seq: Sequence, inbox: t.readonlyArray(Changed), catalogue: t.readonlyArray(Changed), audit: t.readonlyArray(AuditEntry) },
  'LiveChange',
);
export type LiveChange = t.TypeOf<typeof LiveChange>;

/** The data of an event `reset`: what came after `Last-Event-ID` is too much, or not known. Everything is to be asked for again. */
export const LiveReset = t.strict({ seq: Sequence }, 'LiveReset');
export type LiveReset = t.TypeOf<typeof LiveReset>;
