/**
 * Every operation there is: its name, where it is asked, what goes in and comes out, and which role it needs. Doors, clients
 * and documentation are made from these records.
 */
import * as t from 'io-ts';
import { orNull } from '../events/codec.ts';
import type { AdminCommand as AdminCommandType } from '../events/command.ts';
import { commandRoles } from '../events/decide.ts';
import { expectation } from '../events/expectation.ts';
import { propsOf } from '../events/fits.ts';
import { Used } from '../events/rollout/rollout.ts';
import { CredentialKind } from '../events/service/service.ts';
import { Ciphertext, Count, Digest, Fingerprint, Id, Instant, Note, type Role, SecretPath, Sequence, ServiceName, Target, Version, Word } from '../events/vocabulary.ts';
import { Outcome } from './audit-line.ts';
import { AuditEntry, CredentialItem, HealthView, MissingView, NamespaceItem, ReadsView, SecretItem, ServiceItem } from './pages.ts';
import { page, pageOf, Search, type Page } from './paging.ts';
import { AccessView, AdminView, ApiTokenView, CredentialView, InboxItem, KeySignedView, KeyStatusView, ProjectionView, RolloutItem, SecretView, UsageView } from './views.ts';
import { PATHS_MAX, WATCHED_MAX } from './wire.ts';

const wanted = { path: SecretPath, description: orNull(Note), ...expectation };

const several = <C extends t.Mixed>(codec: C, most: number, name: string) =>
  t.refinement(t.readonlyArray(codec), (all) => all.length > 0 && all.length <= most, name);

/** What a service asks on `secrets.get`: paths, each with what its schema says of it. Answered in the same order. */
export const GetRequest = t.strict(
  {
    paths: several(t.strict(wanted, 'Wanted'), PATHS_MAX, 'Paths'),
    /** They are wanted also for when the service cannot be reached; where the grant does not allow that they are given without. */
    offline: t.boolean,
  },
  'GetRequest',
);
export type GetRequest = t.TypeOf<typeof GetRequest>;

/** A path of which nothing is said but its name. */
export const barePath = <P extends string>(path: P) => ({ path, description: null, format: null, pattern: null });

/** One refusal for missing, disabled, denied and ungranted. */
const Got = t.union(
  [
    t.strict({ path: SecretPath, outcome: t.literal('value'), version: Version, offlineUntil: orNull(Instant), value: Ciphertext }, 'Value'),
    t.strict({ path: SecretPath, outcome: t.literal('refused') }, 'Refused'),
  ],
  'Got',
);
export const GetReply = t.strict(
  {
    /** The place of the read in the log, and the hash of its record there. */
    seq: Sequence,
    messageHash: Digest,
    checkpoint: t.null,
    results: t.readonlyArray(Got),
    /** Paths that did not fit into one reply: ask again for these. */
    more: t.readonlyArray(SecretPath),
  },
  'GetReply',
);
export type GetReply = t.TypeOf<typeof GetReply>;

/**
 * A question that stays open, on `secrets.watch`: what is newer than what the client has, as soon as there is any. `watch`: the
 * client's name for it; the next one of that name, in the same session, takes its place.
 */
export const WatchRequest = t.strict(
  {
    watch: Id,
    /** `version`: the one that the client has; null where it has none, or was refused. */
    paths: several(t.strict({ ...wanted, version: orNull(Version) }, 'Watched'), WATCHED_MAX, 'Paths'),
    offline: t.boolean,
  },
  'WatchRequest',
);
export type WatchRequest = t.TypeOf<typeof WatchRequest>;

/** A read of what is new, and of nothing else; null where nothing was while the question was open. */
export const WatchReply = t.strict({ news: orNull(GetReply) }, 'WatchReply');
export type WatchReply = t.TypeOf<typeof WatchReply>;

const atMost = <C extends t.Mixed>(codec: C, name: string) => t.refinement(t.readonlyArray(codec), (all) => all.length <= PATHS_MAX, name);

/**
 * What one process of a service tells on `secrets.report`: the versions that it runs now, and what it used while nobody could be
 * asked. `instance`: the process, by an id that it draws at its start.
 */
export const ReportRequest = t.strict(
  { instance: Id, applied: atMost(t.strict({ path: SecretPath, version: Version }, 'Applied'), 'Applied'), used: atMost(Used, 'Used') },
  'ReportRequest',
);
export type ReportRequest = t.TypeOf<typeof ReportRequest>;

/** A process says every so often what it still runs; one that was not heard of for the longer time has ended, or has a client that says it once. Milliseconds. What is told again stays in the log for ever, so it is not told often. */
export const REPORT_AGAIN_MS = 7 * 24 * 60 * 60 * 1000;
export const ENDED_MS = 3 * REPORT_AGAIN_MS;
export const ENDED_DAYS = ENDED_MS / (24 * 60 * 60 * 1000);

/** Of what was applied that which was not believed: what may not be read, is not there, or never had that version. */
export const ReportReply = t.strict({ refused: t.readonlyArray(SecretPath) }, 'ReportReply');
export type ReportReply = t.TypeOf<typeof ReportReply>;

/** A service shows its token, or signs with its key; the credential beside the body says which. */
export const RegisterRequest = t.strict({ service: ServiceName, kind: CredentialKind, serviceVersion: orNull(Word) }, 'RegisterRequest');
export type RegisterRequest = t.TypeOf<typeof RegisterRequest>;
export const RegisterReply = t.strict(
  { status: t.keyof({ pending_approval: null, approved: null, denied: null }), fingerprint: Fingerprint },
  'RegisterReply',
);
export type RegisterReply = t.TypeOf<typeof RegisterReply>;

/** What became of a command: whether anything changed, and where in the log that stands (0 if nothing did). */
export const Done = t.strict({ changed: t.boolean, seq: Sequence, version: orNull(Version), note: orNull(t.string) }, 'Done');
export type Done = t.TypeOf<typeof Done>;

const query = <O extends string, P extends t.Props, R extends t.Mixed>(operation: O, args: P, reply: R, role: Role = 'auditor') => ({
  operation,
  request: t.strict({ operation: t.literal(operation), ...args }, operation),
  reply,
  role,
});

const ActorName = t.refinement(t.string, (text) => text.length <= 128, 'ActorName');

/** Lists of the audit log can be narrowed by these. `path`: a path, or a prefix with its slash. `type`: as `secret.written`, or with a dot at its end all that begin so. `actor`: an admin, a service, a replica, or `token:` and the label of one. Times are both included. */
const auditFilter = {
  service: orNull(ServiceName),
  path: orNull(Target),
  type: orNull(Word),
  outcome: orNull(Outcome),
  actor: orNull(ActorName),
  from: orNull(Instant),
  to: orNull(Instant),
} as const;

/** How many spans of time reads are counted by. */
const Buckets = t.refinement(t.number, (n) => Number.isSafeInteger(n) && n >= 1 && n <= 500, 'Buckets');

/** `access`: who may read it, was denied, or asks; by a path or a prefix. Where `more` is true they are not all: the lists have them. */
const SecretShown = t.strict(
  { secret: SecretView, usage: t.readonlyArray(UsageView), rollout: t.readonlyArray(RolloutItem), access: t.readonlyArray(AccessView), more: t.boolean },
  'SecretShown',
);

/**
 * Queries are signed like commands, and never stored. Any role may look; only admins may have read models written again.
 * In a question null stands for what is not narrowed down, or left to the service.
 */
export const queries = {
  /** Without a status those that are not deleted. */
  'secret.list': query('secret.list', { prefix: orNull(t.string), search: orNull(Search), status: orNull(SecretView.type.props.status), ...page }, pageOf(SecretItem)),
  'secret.show': query('secret.show', { path: SecretPath }, SecretShown),
  'secret.reads': query('secret.reads', { path: SecretPath, from: orNull(Instant), to: orNull(Instant), buckets: orNull(Buckets) }, ReadsView),
  'missing.list': query('missing.list', { search: orNull(Search), ...page }, pageOf(MissingView)),
  'namespace.list': query('namespace.list', { search: orNull(Search), ...page }, pageOf(NamespaceItem)),
  /** `status`: of any of its credentials. */
  'service.list': query('service.list', { service: orNull(ServiceName), search: orNull(Search), status: orNull(CredentialView.type.props.status), ...page }, pageOf(ServiceItem)),
  'credential.list': query('credential.list', { service: orNull(ServiceName), status: orNull(CredentialView.type.props.status), ...page }, pageOf(CredentialItem)),
  /** `path`: what opens or concerns that path; of a prefix, also everything under it. */
  'access.list': query('access.list', { service: orNull(ServiceName), path: orNull(Target), status: orNull(AccessView.type.props.status), ...page }, pageOf(AccessView)),
  /** The oldest first. */
  'inbox.list': query('inbox.list', { ...page }, pageOf(InboxItem)),
  /** The newest first. */
  'audit.list': query('audit.list', { ...auditFilter, ...page }, pageOf(AuditEntry)),
  'health.show': query('health.show', {}, HealthView),
  'admin.list': query('admin.list', { ...page }, pageOf(AdminView)),
  /** A key of now, or one that has signed for another. */
  'admin.key.signed': query('admin.key.signed', { fingerprint: Fingerprint }, KeySignedView),
  'token.list': query('token.list', { ...page }, pageOf(ApiTokenView)),
  'key.status': query('key.status', {}, KeyStatusView),
  'projections.status': query('projections.status', {}, t.strict({ head: Sequence, items: t.readonlyArray(ProjectionView) }, 'Projections')),
  'projections.verify': query('projections.verify', {}, t.strict({ identical: t.boolean, compared: Count, different: Count, differing: t.readonlyArray(t.string) }, 'Verified')),
  'projections.rebuild': query('projections.rebuild', {}, t.strict({ identical: t.boolean, entries: Count, events: Count }, 'Rebuilt'), 'admin'),
} as const;

export type QueryName = keyof typeof queries;
export type QueryRequest<Q extends QueryName> = t.TypeOf<(typeof queries)[Q]['request']>;
export type QueryReply<Q extends QueryName> = t.TypeOf<(typeof queries)[Q]['reply']>;

type Nullable<R> = { [K in keyof R]: null extends R[K] ? K : never }[keyof R];
/** What has to be said to ask a query: what can be null may be left out. */
export type QueryArguments<Q extends QueryName> = Omit<QueryRequest<Q>, 'operation' | Nullable<QueryRequest<Q>>> & Partial<Pick<QueryRequest<Q>, Nullable<QueryRequest<Q>>>>;

/** The question with everything that it was left out of it. */
export const questionOf = <Q extends QueryName>(operation: Q, given: object): { readonly operation: Q } & Readonly<Record<string, unknown>> => {
  const nullable = Object.entries<t.Mixed>(propsOf(queries[operation].request)).filter(([, codec]) => codec.is(null));
  return { ...Object.fromEntries(nullable.map(([name]) => [name, null])), ...given, operation };
};

/** Queries whose answer is a page of a list. */
export type ListName = { [Q in QueryName]: QueryReply<Q> extends Page<unknown> ? Q : never }[QueryName];

/** What only the replica that keeps the read models can carry out; the others hand it on. */
export const keptQueries = ['projections.verify', 'projections.rebuild'] as const;
export type KeptQuery = (typeof keptQueries)[number];
export const isKept = (operation: QueryName): operation is KeptQuery => keptQueries.some((kept) => kept === operation);

export const isQuery = (operation: string): operation is QueryName => Object.hasOwn(queries, operation);
export const isCommand = (operation: string): operation is AdminCommandType['operation'] => Object.hasOwn(commandRoles, operation);

/** The role that an operation of admins needs; `admin` may do everything. */
export const roleFor = (operation: QueryName | AdminCommandType['operation']): Role =>
  isQuery(operation) ? queries[operation].role : commandRoles[operation];

