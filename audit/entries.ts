/** What a record says, before it is said what became of it: one entry for each event and each path of a read. */
import type { Type } from 'io-ts';
import { publicKeyFingerprint } from '../crypto/fingerprint.ts';
import type { Event } from '../events/event.ts';
import type { NamespaceRead, ReadAttempt, RefusalCount } from '../events/read/read.ts';
import { type LogRecord, OpenStatement, type Origin, type ReadRecord, Statement, type StateRecord } from '../events/record.ts';
import type { Id } from '../events/vocabulary.ts';
import { about, aboutEvent, noteOf } from './about.ts';
import { type AuditLine, isoTime, type Who } from '../protocol/audit-line.ts';
import { words } from '../protocol/audit-words.ts';

export type Entry = Pick<AuditLine, 'what' | 'about' | 'who' | 'note' | 'requestId' | 'client'> & {
  /** Of a read: which attempt of the record, and which path of it. */
  readonly read?: readonly [attempt: number, path: number];
  /** Of a read of a namespace: which one of the record. */
  readonly namespace?: number;
  readonly refused?: string;
};

const parsed = <A>(codec: Type<A, unknown>, statement: string): A | undefined => {
  try {
    const decoded = codec.decode(JSON.parse(statement));
    return decoded._tag === 'Right' ? decoded.right : undefined;
  } catch {
    return undefined;
  }
};

const causedBy = (origin: Origin, writer: string): { readonly who?: Who; readonly requestId?: Id } => {
  if (origin.by === 'replica') return { who: { kind: 'service process', name: writer }, requestId: origin.id };
  if (origin.by === 'service') {
    const { command } = origin;
    const credential = command.operation === 'credential.register' ? command.fingerprint : command.credential;
    return { who: { kind: 'service', name: command.service, credential }, requestId: origin.id };
  }
  if (origin.by === 'access-key') return { who: { kind: 'access key', name: origin.key }, requestId: origin.id };
  if (origin.by === 'token') return { who: { kind: 'token', name: origin.label, token: origin.token }, requestId: origin.id };
  const statement = parsed(OpenStatement, origin.statement);
  if (statement === undefined) return {};
  return { who: { kind: 'admin', name: statement.admin, credential: publicKeyFingerprint(origin.key) }, requestId: statement.id };
};

const withNote = (event: Event): Pick<Entry, 'note' | 'client'> => {
  const note = noteOf(event);
  const client = 'client' in event ? event.client : null;
  return { ...(note === null ? {} : { note }), ...(client === null ? {} : { client }) };
};

const wanted = (origin: Origin): object => (origin.by === 'admin' ? (parsed(Statement, origin.statement)?.command ?? {}) : origin.command);

/** A command that changed nothing, or was refused, is one line too: somebody gave it. */
const stateEntries = ({ origin, writer, events }: StateRecord): ReadonlyArray<Entry> => {
  const cause = causedBy(origin, writer);
  if (events.length === 0) return [{ what: 'nothing.changed', about: about(wanted(origin)), ...cause }];
  return events.map((event) => ({ what: words[event.type], about: aboutEvent(event), ...cause, ...withNote(event) }));
};

const attemptEntries = ({ id, service, credential, paths, client }: ReadAttempt, attempt: number): ReadonlyArray<Entry> =>
  paths.map((path, at) => ({
    what: 'read',
    about: about({ path, service }),
    who: { kind: 'service', name: service, credential },
    requestId: id,
    client,
    read: [attempt, at],
  }));

const namespaceEntry = ({ id, namespace, key, client }: NamespaceRead, at: number): Entry => ({
  what: 'read',
  about: about({ namespace }),
  who: { kind: 'access key', name: key },
  requestId: id,
  client,
  namespace: at,
});

/** Requests that were refused at the door, many in one line. */
const refusalEntry = ({ code, service, credential, count, since }: RefusalCount, writer: string): Entry => ({
  what: 'requests.refused',
  about: about({ service, fingerprint: credential, count, since: isoTime(since) }),
  who: { kind: 'service process', name: writer },
  refused: code,
});

/** A record without reads proves that its writer had folded the log up to there, and could write: it was ready then. */
const readEntries = ({ reads, namespaces, refusals, writer }: ReadRecord): ReadonlyArray<Entry> =>
  reads.length + namespaces.length + refusals.length === 0
    ? [{ what: 'replica.ready', about: {}, who: { kind: 'service process', name: writer } }]
    : [...reads.flatMap(attemptEntries), ...namespaces.map(namespaceEntry), ...refusals.map((refusal) => refusalEntry(refusal, writer))];

export const entriesOf = (record: LogRecord): ReadonlyArray<Entry> =>
  record.kind === 'state' ? stateEntries(record) : readEntries(record);
