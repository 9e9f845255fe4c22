/** What read models hold and admins are shown. `seq` is that of the last event that changed an entry. */
import * as t from 'io-ts';
import { orNull } from '../events/codec.ts';
import { Check, expectation } from '../events/expectation.ts';
import { CredentialKind } from '../events/service/service.ts';
import {
  AdminName,
  ClientInfo,
  Count,
  Doer,
  Fingerprint,
  Id,
  Instant,
  Label,
  Milliseconds,
  Namespace,
  Note,
  PublicKey,
  Role,
  SecretPath,
  Sequence,
  ServiceName,
  Target,
  TokenRole,
  Version,
} from '../events/vocabulary.ts';

/** Who did it: an admin by name, an API token as `token:<label>`, or null for what the service did by itself. */
const By = orNull(Doer);

export const VersionView = t.strict(
  { version: Version, at: Instant, by: By, rollbackOf: orNull(Version), deleted: t.boolean, seq: Sequence },
  'VersionView',
);

export const SecretView = t.strict(
  {
    path: SecretPath,
    status: t.keyof({ stub: null, live: null, disabled: null, deleted: null }),
    description: orNull(Note),
    version: Count,
    history: t.readonlyArray(VersionView),
    /** What services expect of the value, and whether the current one has it. */
    checks: t.readonlyArray(Check),
    /** Who asked first, of a stub. */
    askedBy: orNull(ServiceName),
    createdAt: Instant,
    updatedAt: Instant,
    updatedBy: By,
    seq: Sequence,
  },
  'SecretView',
);
export type SecretView = t.TypeOf<typeof SecretView>;

/** An access key, by its name; it stays in the list when it is revoked. `issuedBy`: null for whoever held the shared secret. */
export const AccessKeyView = t.strict({ key: Id, issuedAt: Instant, issuedBy: By, revokedAt: orNull(Instant) }, 'AccessKeyView');
export type AccessKeyView = t.TypeOf<typeof AccessKeyView>;

export const NamespaceView = t.strict(
  { namespace: Namespace, createdAt: Instant, createdBy: By, accessKeys: t.readonlyArray(AccessKeyView), seq: Sequence },
  'NamespaceView',
);
export type NamespaceView = t.TypeOf<typeof NamespaceView>;

export const CredentialView = t.strict(
  {
    fingerprint: Fingerprint,
    kind: CredentialKind,
    /** A pending one that is older than 24 hours has expired, whether or not the log says so yet. */
    status: t.keyof({ pending: null, approved: null, denied: null, revoked: null }),
    registeredAt: Instant,
    decidedAt: orNull(Instant),
    decidedBy: By,
    client: orNull(ClientInfo),
    seq: Sequence,
  },
  'CredentialView',
);
export type CredentialView = t.TypeOf<typeof CredentialView>;

export const ServiceView = t.strict(
  { service: ServiceName, credentials: t.readonlyArray(CredentialView), seq: Sequence },
  'ServiceView',
);
export type ServiceView = t.TypeOf<typeof ServiceView>;

export const AccessView = t.strict(
  {
    service: ServiceName,
    target: Target,
    status: t.keyof({ requested: null, granted: null, denied: null, revoked: null }),
    until: orNull(Instant),
    once: t.boolean,
    spent: t.boolean,
    /** For how long after a read the value may be used while the service cannot be reached. */
    offline: orNull(Milliseconds),
    description: orNull(Note),
    ...expectation,
    reason: orNull(Note),
    requestedAt: orNull(Instant),
    decidedAt: orNull(Instant),
    decidedBy: By,
    seq: Sequence,
  },
  'AccessView',
);
export type AccessView = t.TypeOf<typeof AccessView>;

const card = { service: ServiceName, since: Instant, seq: Sequence } as const;
/** @param name behind that of each kind. @param more what each kind has besides. @param asking what those have that a service asks with. @param missing what those have of what has no value */
const cards = <P extends t.Props, A extends t.Props, M extends t.Props>(name: string, more: P, asking: A, missing: M) =>
  t.union(
    [
      t.strict({ kind: t.literal('credential'), ...card, ...more, fingerprint: Fingerprint, client: orNull(ClientInfo) }, `Credential${name}`),
      t.strict({ kind: t.literal('access'), ...card, ...more, ...asking, target: SecretPath, description: orNull(Note), ...expectation }, `Access${name}`),
      t.strict({ kind: t.literal('missing'), ...card, ...more, ...asking, ...missing, path: SecretPath, description: orNull(Note), ...expectation }, `Missing${name}`),
      /** The current version is not what services expect that have asked for it. `service`: the first of them. */
      t.strict({ kind: t.literal('mismatch'), ...card, ...more, path: SecretPath, version: Version, checks: t.readonlyArray(Check) }, `Mismatch${name}`),
    ],
    `Inbox${name}`,
  );

/** Something that waits for an admin. */
export const InboxView = cards('Card', {}, {}, {});
export type InboxView = t.TypeOf<typeof InboxView>;

/** Of who asks: a credential that is approved, and the client that registered it. */
export const AskingCredential = t.strict({ fingerprint: Fingerprint, client: orNull(ClientInfo) }, 'AskingCredential');
export type AskingCredential = t.TypeOf<typeof AskingCredential>;
/**
 * The same in the list. `asked`: how often it was asked for in vain, by that service where it asks for access, by all where there is no
 * value; null where nobody asks for anything. `credentials`: those of the service, the last that was approved first, 3 at most; which of
 * them it asked with is not kept. `others`: how many other services have asked for it in vain.
 */
export const InboxItem = cards('Item', { asked: orNull(Count) }, { credentials: t.readonlyArray(AskingCredential) }, { others: Count });
export type InboxItem = t.TypeOf<typeof InboxItem>;

/** Reads of one path by one service. `path`: null for all paths together that nobody knew when they were asked for. */
export const UsageView = t.strict(
  {
    service: ServiceName,
    path: orNull(SecretPath),
    allowed: Count,
    refused: Count,
    lastAllowedAt: orNull(Instant),
    lastRefusedAt: orNull(Instant),
    seq: Sequence,
  },
  'UsageView',
);
export type UsageView = t.TypeOf<typeof UsageView>;

/** Reads of a whole namespace by one access key. */
export const AccessKeyUsageView = t.strict(
  {
    namespace: Namespace,
    key: Id,
    allowed: Count,
    refused: Count,
    lastAllowedAt: orNull(Instant),
    lastRefusedAt: orNull(Instant),
    seq: Sequence,
  },
  'AccessKeyUsageView',
);
export type AccessKeyUsageView = t.TypeOf<typeof AccessKeyUsageView>;

const rollout = {
  service: ServiceName,
  path: SecretPath,
  processes: t.readonlyArray(t.strict({ instance: Id, version: Version, at: Instant, client: ClientInfo }, 'ProcessView')),
  /** How often a value was used while the service could not be reached. */
  offlineUses: Count,
  lastOfflineUse: orNull(Instant),
  seq: Sequence,
} as const;

/** What the processes of one service run of one secret, as they reported it, the last report last. One that ended says nothing of it. */
export const RolloutView = t.strict(rollout, 'RolloutView');
export type RolloutView = t.TypeOf<typeof RolloutView>;
/** The same as it is shown: of the processes those that were heard of lately. `unheard`: how many others there are, which may have ended or not. */
export const RolloutItem = t.strict({ ...rollout, unheard: Count }, 'RolloutItem');
export type RolloutItem = t.TypeOf<typeof RolloutItem>;

/** `label`: what its owner knows it by, such as the browser that made it. `addedBy`: the key that signed for it; null for the first. */
const AdminKeyView = t.strict({ key: PublicKey, fingerprint: Fingerprint, label: orNull(Note), addedAt: Instant, addedBy: orNull(Fingerprint) }, 'AdminKeyView');

export const AdminView = t.strict(
  { admin: AdminName, role: Role, keys: t.readonlyArray(AdminKeyView), addedAt: Instant },
  'AdminView',
);
export type AdminView = t.TypeOf<typeof AdminView>;

/** A token for the HTTP API that is not revoked; `admin`: in whose name it stands, `issuedBy`: the key that signed for it. */
export const ApiTokenView = t.strict(
  { token: Id, label: Label, role: TokenRole, admin: AdminName, issuedAt: Instant, issuedBy: orNull(Fingerprint), until: Instant, expired: t.boolean },
  'ApiTokenView',
);
export type ApiTokenView = t.TypeOf<typeof ApiTokenView>;

/** Shown of each kind of what came of a key: whoever has a stolen one decides how much that is. */
export const SIGNED_SHOWN = 100;

/**
 * What is in force of all that a key has signed, and that those keys have: it goes with it in `admin.key.remove-all`. The key itself may
 * be gone. The first of each kind are shown; `total` is how many there are of all.
 */
export const KeySignedView = t.strict(
  {
    key: PublicKey,
    keys: t.readonlyArray(t.strict({ admin: AdminName, key: PublicKey, fingerprint: Fingerprint, label: orNull(Note) }, 'SignedKey')),
    tokens: t.readonlyArray(ApiTokenView),
    accessKeys: t.readonlyArray(t.strict({ namespace: Namespace, key: Id }, 'SignedAccessKey')),
    total: Count,
  },
  'KeySigned',
);
export type KeySignedView = t.TypeOf<typeof KeySignedView>;

/** `retired`: an admin had it replaced, or ordered that. */
export const KeyView = t.strict(
  { id: Id, purpose: t.string, current: t.boolean, retired: t.boolean, addedAt: Instant, public: orNull(PublicKey) },
  'KeyView',
);
export type KeyView = t.TypeOf<typeof KeyView>;

/** The operator's key: `since` when, who replaces it, and how many data directories besides that of the service have it, null where that cannot be told. */
export const KeyStatusView = t.strict(
  {
    operatorKey: Fingerprint,
    operatorKeySince: Instant,
    /** It is to be replaced, and was not yet. */
    operatorKeyRetired: t.boolean,
    rotatedBy: t.keyof({ service: null, operator: null }),
    otherDirectories: orNull(Count),
    keys: t.readonlyArray(KeyView),
  },
  'KeyStatus',
);
export type KeyStatusView = t.TypeOf<typeof KeyStatusView>;

/** How far a read model is. */
export const ProjectionView = t.strict({ projection: t.string, seq: Sequence, entries: Count, digest: t.string }, 'ProjectionView');
export type ProjectionView = t.TypeOf<typeof ProjectionView>;
