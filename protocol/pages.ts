/** What the pages of admins show beside the entries of read models: rows of lists, sums and charts. */
import * as t from 'io-ts';
import { orNull } from '../events/codec.ts';
import { AdminName, Count, Instant, Note, ReplicaId, SecretPath, Sequence, ServiceName } from '../events/vocabulary.ts';
import { AuditLine } from './audit-line.ts';
import { AccessKeyView, CredentialView, NamespaceView, SecretView, ServiceView } from './views.ts';

/** A secret in a list: all but its history and what services expect of it, which `secret.show` has. */
export const SecretItem = t.strict(
  {
    path: SecretPath,
    status: SecretView.type.props.status,
    description: orNull(Note),
    version: Count,
    askedBy: orNull(ServiceName),
    createdAt: Instant,
    updatedAt: Instant,
    updatedBy: SecretView.type.props.updatedBy,
    /** The current value is not what a service expects that has asked for it. */
    mismatch: t.boolean,
    seq: Sequence,
  },
  'SecretItem',
);
export type SecretItem = t.TypeOf<typeof SecretItem>;

/** An access key and how often the namespace was read with it. */
export const AccessKeyItem = t.strict({ ...AccessKeyView.type.props, reads: Count, lastReadAt: orNull(Instant) }, 'AccessKeyItem');
export type AccessKeyItem = t.TypeOf<typeof AccessKeyItem>;

/** `secrets`: how many stand directly in it and are not deleted. */
export const NamespaceItem = t.strict({ ...NamespaceView.type.props, accessKeys: t.readonlyArray(AccessKeyItem), secrets: Count }, 'NamespaceItem');
export type NamespaceItem = t.TypeOf<typeof NamespaceItem>;

/** Reads of all paths together. */
export const ReadSums = t.strict({ allowed: Count, refused: Count, lastAllowedAt: orNull(Instant), lastRefusedAt: orNull(Instant) }, 'ReadSums');
export type ReadSums = t.TypeOf<typeof ReadSums>;

/** `grants`: how many grants open something to it now. */
export const ServiceItem = t.strict({ ...ServiceView.type.props, reads: ReadSums, grants: Count }, 'ServiceItem');
export type ServiceItem = t.TypeOf<typeof ServiceItem>;

/** One credential of a service. */
export const CredentialItem = t.strict({ service: ServiceName, ...CredentialView.type.props }, 'CredentialItem');
export type CredentialItem = t.TypeOf<typeof CredentialItem>;

/** Who asked for a path that has no value: `asked` counts its reads, the first of which made the stub. */
export const AskedBy = t.strict({ service: ServiceName, description: orNull(Note), asked: Count, lastAt: orNull(Instant) }, 'AskedBy');
export type AskedBy = t.TypeOf<typeof AskedBy>;

/** A path that was asked for and has no value. `service`: who asked first; `asked` by all of them; `by` has those who asked last, 20 at most. */
export const MissingView = t.strict(
  { path: SecretPath, service: orNull(ServiceName), description: orNull(Note), since: Instant, asked: Count, lastAt: orNull(Instant), by: t.readonlyArray(AskedBy), seq: Sequence },
  'MissingView',
);
export type MissingView = t.TypeOf<typeof MissingView>;

/** Reads of one secret by one service, for each span of time in its order. `service`: null for all others together. */
export const ReadsOfService = t.strict({ service: orNull(ServiceName), allowed: t.readonlyArray(Count), refused: t.readonlyArray(Count) }, 'ReadsOfService');
export type ReadsOfService = t.TypeOf<typeof ReadsOfService>;
/** `step`: the length of each span, milliseconds; the first begins at `from`. What lies before `since` was not counted, where that is not null: it would take too long. */
export const ReadsView = t.strict(
  { path: SecretPath, from: Instant, step: Count, buckets: Count, since: orNull(Instant), items: t.readonlyArray(ReadsOfService) },
  'Reads',
);
export type ReadsView = t.TypeOf<typeof ReadsView>;

/** A line of the audit log, and which one of its message: `seq` and `entry` together name it. */
export const AuditEntry = t.exact(t.intersection([AuditLine.type, t.type({ entry: Count })]), 'AuditEntry');
export type AuditEntry = t.TypeOf<typeof AuditEntry>;

/** `self`: who answers. `keepsModels`: it writes the read models. `lastAt`: when it last wrote to the log; one that has ended stays in the list for a day. */
export const ReplicaView = t.strict({ id: ReplicaId, self: t.boolean, keepsModels: t.boolean, lastAt: orNull(Instant), lastSeq: Sequence }, 'ReplicaView');
export type ReplicaView = t.TypeOf<typeof ReplicaView>;

/** Of a key that is in use. `purpose`: `operator`, or that of a key of the keyring. */
export const KeyAge = t.strict({ purpose: t.string, since: Instant, retired: t.boolean }, 'KeyAge');
export type KeyAge = t.TypeOf<typeof KeyAge>;

/** Where the HTTP listener of this replica is reached: by `url` on the machine of that name, and by the origins that its operator gave it. */
export const ListenerView = t.strict({ machine: t.string, url: t.string, origins: t.readonlyArray(t.string) }, 'Listener');
export type ListenerView = t.TypeOf<typeof ListenerView>;

/** How the replica that answers is, and what it knows of the others. Sizes are in bytes. */
export const HealthView = t.strict(
  {
    version: t.string,
    now: Instant,
    startedAt: Instant,
    ready: t.boolean,
    /** Why it is not ready; empty when it is. */
    why: t.string,
    replicas: t.readonlyArray(ReplicaView),
    /** Messages of the log that were folded, and that the read models have: `lag` is what they are behind the log. */
    models: t.strict({ seq: Sequence, lag: Count, complete: t.boolean }, 'ModelsHealth'),
    keys: t.readonlyArray(KeyAge),
    /** Null while it is only about to listen. */
    http: orNull(ListenerView),
    stream: orNull(
      t.strict(
        { messages: Count, bytes: Count, first: Sequence, last: Sequence, firstAt: orNull(Instant), lastAt: orNull(Instant) },
        'StreamHealth',
      ),
    ),
    secrets: Count,
    services: Count,
    admins: t.readonlyArray(AdminName),
  },
  'Health',
);
export type HealthView = t.TypeOf<typeof HealthView>;
