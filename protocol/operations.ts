/**
 * Every operation there is: its name, where it is asked, what goes in and comes out, and which role it needs. Doors, clients
 * and documentation are made from these records.
 */
import * as t from 'io-ts';
import { orNull } from '../events/codec.ts';
import type { AdminCommand as AdminCommandType } from '../events/command.ts';
import { commandRoles } from '../events/decide.ts';
import { expectation } from '../events/expectation.ts';
import { Used } from '../events/rollout/rollout.ts';
import { CredentialKind } from '../events/service/service.ts';
import { Ciphertext, Count, Digest, Fingerprint, Id, Instant, Note, type Role, SecretPath, Sequence, ServiceName, Version, Word } from '../events/vocabulary.ts';
import { AccessView, AdminView, InboxView, KeyStatusView, NamespaceView, ProjectionView, RolloutView, SecretView, ServiceView, UsageView } from './views.ts';
import { PATHS_MAX } from './wire.ts';

/** What a service asks on `secrets.get`: paths, each with what its schema says of it. Answered in the same order. */
export const GetRequest = t.strict(
  {
    paths: t.refinement(
      t.readonlyArray(t.strict({ path: SecretPath, description: orNull(Note), ...expectation }, 'Wanted')),
      (paths) => paths.length > 0 && paths.length <= PATHS_MAX,
      'Paths',
    ),
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

const list = <C extends t.Mixed>(codec: C) => t.strict({ items: t.readonlyArray(codec) }, `${codec.name}s`);

/** Queries are signed like commands, and never stored. Any role may look; only admins may have read models written again. */
export const queries = {
  'secret.list': query('secret.list', { prefix: orNull(t.string) }, list(SecretView)),
  'secret.show': query('secret.show', { path: SecretPath }, t.strict({ secret: SecretView, usage: t.readonlyArray(UsageView), rollout: t.readonlyArray(RolloutView) }, 'SecretShown')),
  'namespace.list': query('namespace.list', {}, list(NamespaceView)),
  'service.list': query('service.list', { service: orNull(ServiceName) }, list(ServiceView)),
  'access.list': query('access.list', { service: orNull(ServiceName), pending: t.boolean }, list(AccessView)),
  'inbox.list': query('inbox.list', {}, list(InboxView)),
  'admin.list': query('admin.list', {}, list(AdminView)),
  'key.status': query('key.status', {}, KeyStatusView),
  'projections.status': query('projections.status', {}, t.strict({ head: Sequence, items: t.readonlyArray(ProjectionView) }, 'Projections')),
  'projections.verify': query('projections.verify', {}, t.strict({ identical: t.boolean, compared: Count, differing: t.readonlyArray(t.string) }, 'Verified')),
  'projections.rebuild': query('projections.rebuild', {}, t.strict({ identical: t.boolean, entries: Count, events: Count }, 'Rebuilt'), 'admin'),
} as const;

export type QueryName = keyof typeof queries;
export type QueryRequest<Q extends QueryName> = t.TypeOf<(typeof queries)[Q]['request']>;
export type QueryReply<Q extends QueryName> = t.TypeOf<(typeof queries)[Q]['reply']>;

/** What only the replica that keeps the read models can carry out; the others hand it on. */
export const keptQueries = ['projections.verify', 'projections.rebuild'] as const;
export type KeptQuery = (typeof keptQueries)[number];
export const isKept = (operation: QueryName): operation is KeptQuery => keptQueries.some((kept) => kept === operation);

export const isQuery = (operation: string): operation is QueryName => Object.hasOwn(queries, operation);
export const isCommand = (operation: string): operation is AdminCommandType['operation'] => Object.hasOwn(commandRoles, operation);

/** The role that an operation of admins needs; `admin` may do everything. */
export const roleFor = (operation: QueryName | AdminCommandType['operation']): Role =>
  isQuery(operation) ? queries[operation].role : commandRoles[operation];

