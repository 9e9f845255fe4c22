/**
 * What the index of the audit log says of one entry. Entries that say the same share one kind, so that a million reads of a hundred
 * secrets take little room. There is one for each event and each path of a read, in the order in which the audit log tells them.
 */
import type { Event } from '../../events/event.ts';
import type { Folded, Verdict } from '../../events/fold/verdict.ts';
import type { NamespaceOutcome } from '../../events/read/namespace.ts';
import type { NamespaceRead, ReadAttempt, RefusalCount } from '../../events/read/read.ts';
import type { Outcome as ReadOutcome } from '../../events/read/decide.ts';
import type { Origin, StateRecord } from '../../events/record.ts';
import { prefixOf, type ReplicaId, type Target } from '../../events/vocabulary.ts';
import type { Outcome } from '../../protocol/audit-line.ts';
import { words } from '../../protocol/audit-words.ts';

/** `path`: a path, or a prefix. `version` and `offline`, how long it may be used while nobody can be asked in milliseconds, are of a read that was allowed. */
export type Kind = {
  readonly what: string;
  readonly outcome: Outcome;
  readonly service: string | null;
  readonly path: Target | null;
  readonly actor: string | null;
  readonly reason: string | null;
  readonly detail: string | null;
  readonly version: number | null;
  readonly offline: number | null;
  /** How many values a read of a namespace gave. */
  readonly count: number | null;
};

/** Of one message: its place, its time in the log, who wrote it as far as that is known, and its entries. */
export type Noted = { readonly seq: number; readonly at: number; readonly writer: ReplicaId | null; readonly kinds: ReadonlyArray<Kind> };

type Result = Pick<Kind, 'outcome' | 'reason' | 'detail'>;
const nothing = { service: null, path: null, actor: null, reason: null, detail: null, version: null, offline: null, count: null } as const;
const done: Result = { outcome: 'done', reason: null, detail: null };

type About = Pick<Kind, 'service' | 'path'>;

const aboutOf = (said: object): About => {
  const { service = null, path, target, namespace } = said as { readonly [N in 'service' | 'path' | 'target' | 'namespace']?: string | null };
  const place = path ?? target ?? (namespace === undefined || namespace === null ? null : prefixOf(namespace as never));
  return { service, path: place as Target | null };
};

type Signed = { readonly admin?: unknown; readonly command?: unknown };

const statementOf = (text: string): Signed => {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
};

const actorOf = (origin: Origin, writer: string): string | null => {
  if (origin.by === 'replica') return writer;
  if (origin.by === 'service') return origin.command.service;
  if (origin.by === 'token') return `token:${origin.label}`;
  if (origin.by === 'access-key') return `access-key:${origin.key}`;
  const { admin } = statementOf(origin.statement);
  return typeof admin === 'string' ? admin : null;
};

const wanted = (origin: Origin): object => {
  const command = origin.by === 'admin' ? statementOf(origin.statement).command : origin.command;
  return typeof command === 'object' && command !== null ? command : {};
};

const ofEvent = (event: Event): Pick<Kind, 'what' | 'service' | 'path'> => ({ what: words[event.type], ...aboutOf(event) });

/** A command that changed nothing is one entry too: somebody gave it. */
const ofState = ({ origin, writer, events }: StateRecord, result: Result, actor = actorOf(origin, writer)): ReadonlyArray<Kind> => {
  const said = events.length === 0 ? [{ what: 'nothing.changed', ...aboutOf(wanted(origin)) }] : events.map(ofEvent);
  const by = origin.by === 'service' ? origin.command.service : null;
  const { outcome, reason, detail } = result;
  return said.map(({ what, service, path }) => ({ what, outcome, service: service ?? by, path, actor, reason, detail, version: null, offline: null, count: null }));
};

type Said = Pick<Kind, 'outcome' | 'reason' | 'detail' | 'version' | 'offline'>;

const refused: Said = { outcome: 'refused', reason: null, detail: null, version: null, offline: null };

/** Here and below each is written out, in one order: there are more reads than all else, and to copy objects takes most of the time that making one does. */
const saidOf = (outcome: ReadOutcome | undefined, now: number, result: Result | undefined): Said => {
  if (outcome === undefined) return { ...refused, ...result };
  if (outcome.result === 'refused') return { outcome: 'refused', reason: outcome.reason, detail: null, version: null, offline: null };
  const offline = outcome.result === 'allowed' && outcome.offlineUntil !== null ? outcome.offlineUntil - now : null;
  return { outcome: outcome.result, reason: null, detail: null, version: outcome.version.version, offline };
};

const addAttempt = (kinds: Kind[], { service, paths }: ReadAttempt, outcomes: ReadonlyArray<ReadOutcome> | undefined, now: number, result?: Result): void => {
  paths.forEach((path, i) => {
    const { outcome, reason, detail, version, offline } = saidOf(outcomes?.[i], now, result);
    kinds.push({ what: 'read', outcome, service, path, actor: service, reason, detail, version, offline, count: null });
  });
};

/** All of a namespace, by who holds an access key of it. */
const ofNamespace = ({ namespace, key }: NamespaceRead, outcome: NamespaceOutcome | undefined, result?: Result): Kind => {
  const isAllowed = outcome?.result === 'allowed';
  const { outcome: became, reason, detail } = result ?? { outcome: isAllowed ? 'allowed' : 'refused', reason: isAllowed ? null : (outcome?.reason ?? null), detail: null };
  const [path, actor, count] = [prefixOf(namespace), `access-key:${key}`, isAllowed ? outcome.present.length : null];
  return { what: 'read', outcome: became, service: null, path, actor, reason, detail, version: null, offline: null, count };
};

const ofRefusal = ({ code, service }: RefusalCount, writer: string): Kind => ({ ...nothing, what: 'requests.refused', outcome: 'refused', service, actor: writer, reason: code });

type Read = Extract<Verdict, { _tag: 'read' | 'void' }>;

const ofReads = (verdict: Read, now: number, result: Result): ReadonlyArray<Kind> => {
  const { record } = verdict;
  if (record.kind === 'state') return ofState(record, result);
  const { reads, namespaces, refusals, writer } = record;
  if (reads.length + namespaces.length + refusals.length === 0) return [{ ...nothing, what: 'replica.ready', ...result, actor: writer }];
  const outcomes = verdict._tag === 'read' ? verdict.outcomes : undefined;
  const isVoid = verdict._tag === 'void' ? result : undefined;
  const ofNamespaces = verdict._tag === 'read' ? verdict.namespaces : [];
  const kinds: Kind[] = [];
  reads.forEach((read, i) => addAttempt(kinds, read, outcomes?.[i], now, isVoid));
  namespaces.forEach((read, i) => kinds.push(ofNamespace(read, ofNamespaces[i], isVoid)));
  for (const one of refusals) kinds.push({ ...ofRefusal(one, writer), ...isVoid });
  return kinds;
};

/** Nothing that a message claims is believed that nobody with the log key wrote. */
const unknown = (outcome: 'skipped' | 'halted', reason: string): Kind => ({ ...nothing, what: 'message', outcome, reason });

const kindsOf = ({ verdict, now }: Folded): ReadonlyArray<Kind> => {
  switch (verdict._tag) {
    case 'state':
      // Of what counts, the fold has read the statement already.
      return ofState(verdict.record, done, verdict.cause.actor.by === 'admin' ? verdict.cause.actor.admin : undefined);
    case 'read':
      return ofReads(verdict, now, done);
    case 'void':
      return ofReads(verdict, now, { outcome: 'void', reason: verdict.refusal.code, detail: verdict.refusal.detail ?? null });
    default:
      return [unknown(verdict._tag, verdict.why)];
  }
};

export const notedOf = (folded: Folded): Noted => ({
  seq: folded.seq,
  at: folded.now,
  writer: 'record' in folded.verdict ? folded.verdict.record.writer : null,
  kinds: kindsOf(folded),
});
