/**
 * What `jetlock/vue` declares: the parts of the console for other Vue apps, in plain types. `declarations.check.ts` holds it to what
 * there is. This file becomes the package's declarations as it is.
 */
import type { QueryClient } from '@tanstack/vue-query';
import type { App, DefineComponent, MaybeRefOrGetter, Ref, VNode } from 'vue';

/** Milliseconds since 1970 UTC. */
export type Instant = number;

/** One kind of error for everything that goes wrong: `code` is stable, the message and `hint` are for people. */
export type JetlockError = Error & { readonly code: string; readonly hint: string; readonly detail: string | null; readonly retryable: boolean; readonly status: number };

export type Page<A> = { readonly items: ReadonlyArray<A>; readonly next: string | null; readonly total: number | null };

/** One answer, asked for again when the service says that something about it has changed. */
export type Asked<A> = {
  readonly data: Readonly<Ref<A | undefined>>;
  readonly error: Readonly<Ref<Error | null>>;
  readonly isPending: Readonly<Ref<boolean>>;
  readonly refetch: () => Promise<unknown>;
};

/** A list that comes page by page; `items` are all that have come. */
export type Pages<A> = Omit<Asked<A>, 'data'> & {
  readonly items: Readonly<Ref<ReadonlyArray<A>>>;
  readonly total: Readonly<Ref<number | undefined>>;
  readonly hasNextPage: Readonly<Ref<boolean>>;
  readonly isFetchingNextPage: Readonly<Ref<boolean>>;
  readonly fetchNextPage: () => Promise<unknown>;
};

/** A credential of the service that asks, approved; of these three at most. */
type Asker = { readonly fingerprint: string; readonly client: { readonly name: string; readonly version: string } | null };

/** Something that waits for an admin. `seq` goes into the decision about it. `asked`: how often it was asked for in vain; null where nobody asks. */
export type InboxCard = { readonly service: string; readonly since: Instant; readonly seq: number; readonly asked: number | null } & (
  | { readonly kind: 'credential'; readonly fingerprint: string; readonly client: { readonly name: string; readonly version: string } | null }
  | { readonly kind: 'access'; readonly credentials: ReadonlyArray<Asker>; readonly target: string; readonly description: string | null; readonly format: string | null; readonly pattern: string | null }
  | { readonly kind: 'missing'; readonly credentials: ReadonlyArray<Asker>; readonly others: number; readonly path: string; readonly description: string | null; readonly format: string | null; readonly pattern: string | null }
  | { readonly kind: 'mismatch'; readonly path: string; readonly version: number; readonly checks: ReadonlyArray<{ readonly service: string; readonly kind: 'format' | 'pattern'; readonly wanted: string; readonly fits: boolean | null }> }
);

/** A secret in a list. A value is in no answer at all. */
export type SecretItem = {
  readonly path: string;
  readonly status: 'stub' | 'live' | 'disabled' | 'deleted';
  readonly description: string | null;
  readonly version: number;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  readonly updatedBy: string | null;
  /** The current value is not what a service expects that has asked for it. */
  readonly mismatch: boolean;
  readonly seq: number;
};

/** A path that was asked for and has no value. */
export type MissingSecret = {
  readonly path: string;
  readonly description: string | null;
  readonly since: Instant;
  readonly asked: number;
  readonly by: ReadonlyArray<{ readonly service: string; readonly description: string | null; readonly asked: number }>;
};

export type Credential = {
  readonly service: string;
  readonly fingerprint: string;
  readonly kind: 'token' | 'key';
  readonly status: 'pending' | 'approved' | 'denied' | 'revoked';
  readonly registeredAt: Instant;
  readonly seq: number;
};

export type Access = {
  readonly service: string;
  readonly target: string;
  readonly status: 'requested' | 'granted' | 'denied' | 'revoked';
  readonly until: Instant | null;
  readonly once: boolean;
  readonly reason: string | null;
  readonly seq: number;
};

/** All that is known of a secret. `access`: who may read it, was denied, or asks; where `more` is true that is not all. */
export type Secret = {
  readonly secret: {
    readonly path: string;
    readonly status: SecretItem['status'];
    readonly description: string | null;
    readonly version: number;
    readonly history: ReadonlyArray<{ readonly version: number; readonly at: Instant; readonly by: string | null; readonly rollbackOf: number | null; readonly deleted: boolean }>;
    readonly seq: number;
  };
  readonly access: ReadonlyArray<Access>;
  readonly more: boolean;
};

/** Reads of a secret by service, null for all others together, for each span of `step` milliseconds; the first begins at `from`. */
export type Reads = {
  readonly from: Instant;
  readonly step: number;
  readonly items: ReadonlyArray<{ readonly service: string | null; readonly allowed: ReadonlyArray<number>; readonly refused: ReadonlyArray<number> }>;
};

/** `grants`: how many open something to it now. */
export type Service = {
  readonly service: string;
  readonly credentials: ReadonlyArray<Omit<Credential, 'service'>>;
  readonly reads: { readonly allowed: number; readonly refused: number; readonly lastAllowedAt: Instant | null; readonly lastRefusedAt: Instant | null };
  readonly grants: number;
  readonly seq: number;
};

/** `secrets`: how many stand directly in it. */
export type Namespace = {
  readonly namespace: string;
  readonly createdAt: Instant;
  readonly createdBy: string | null;
  readonly secrets: number;
  readonly accessKeys: ReadonlyArray<{ readonly key: string; readonly issuedAt: Instant; readonly revokedAt: Instant | null; readonly reads: number; readonly lastReadAt: Instant | null }>;
  readonly seq: number;
};

/** A line of the audit log: `seq` and `entry` together name it, `at` is its time in ISO 8601. */
export type AuditEntry = { readonly seq: number; readonly entry: number; readonly at: string; readonly what: string; readonly outcome: string; readonly about: Readonly<Record<string, unknown>> };

/** How the replica that answers is. `lag`: the messages that the read models are behind the log. Sizes are in bytes. */
export type Health = {
  readonly version: string;
  readonly ready: boolean;
  readonly why: string;
  readonly replicas: ReadonlyArray<{ readonly id: string; readonly self: boolean; readonly lastAt: Instant | null }>;
  readonly models: { readonly seq: number; readonly lag: number; readonly complete: boolean };
  readonly keys: ReadonlyArray<{ readonly purpose: string; readonly since: Instant; readonly retired: boolean }>;
  readonly stream: { readonly messages: number; readonly bytes: number } | null;
};

/** What became of a change: whether there was any, and where in the log it stands. */
export type Done = { readonly changed: boolean; readonly seq: number; readonly version: number | null; readonly note: string | null };

export type JetlockOptions = {
  /** Where the service is, without a slash at the end; behind the origin of the page. Empty by default. */
  readonly baseUrl?: string;
  readonly fetch?: typeof globalThis.fetch;
  /** The app's own, where it has one. */
  readonly queryClient?: QueryClient;
};

export type JetlockPlugin = {
  readonly install: (app: App) => void;
  readonly client: {
    readonly session: {
      /** Finds the session that is there, or signs in by the key of this browser, which the console enrols; whether there is one now. */
      readonly resume: () => Promise<boolean>;
      readonly end: (options?: { readonly forget: boolean }) => Promise<void>;
    };
  };
  /** Changes as they happen. */
  readonly live: { readonly state: Readonly<Ref<'connecting' | 'live' | 'lost'>>; readonly start: () => void; readonly stop: () => void };
};

type Slots<S> = { new (): { readonly $slots: S } };
type Slot<A> = (props: A) => ReadonlyArray<VNode>;

/** `open`: a path was clicked. */
export declare const SecretsTable: DefineComponent<{ prefix?: string; search?: string; status?: string; onOpen?: (path: string) => unknown }> & Slots<{ path?: Slot<{ path: string }>; empty?: Slot<{}> }>;
export declare const PendingApprovalsTable: DefineComponent<{ service?: string; onDecided?: (sentence: string) => unknown }> & Slots<{ empty?: Slot<{}> }>;
export declare const MissingSecretsTable: DefineComponent<{ search?: string; onProvided?: (path: string) => unknown }> & Slots<{ empty?: Slot<{}> }>;
/** `path`: fixed, where the form is about one; `version`: the one that is replaced, 0 for a path without a value. */
export declare const SecretForm: DefineComponent<{ path?: string; version?: number; action?: string; onSaved?: (done: Done, path: string) => unknown; onCancel?: () => unknown }>;

/** `app.use(createJetlock())` */
export declare const createJetlock: (options?: JetlockOptions) => JetlockPlugin;

type Narrowed<K extends string> = MaybeRefOrGetter<{ readonly [key in K]?: string | number | undefined }>;
export declare const useInbox: () => Asked<Page<InboxCard>>;
export declare const useSecrets: (params?: Narrowed<'prefix' | 'search' | 'status' | 'limit'>) => Pages<SecretItem>;
export declare const useSecret: (path: MaybeRefOrGetter<string>) => Asked<Secret>;
export declare const useReads: (path: MaybeRefOrGetter<string>, params?: Narrowed<'from' | 'to' | 'buckets'>) => Asked<Reads>;
export declare const useServices: (params?: Narrowed<'service' | 'search' | 'status' | 'limit'>) => Pages<Service>;
export declare const useNamespaces: (params?: Narrowed<'search' | 'limit'>) => Pages<Namespace>;
export declare const useAudit: (params?: Narrowed<'service' | 'path' | 'type' | 'outcome' | 'actor' | 'from' | 'to' | 'limit'>) => Pages<AuditEntry>;
export declare const useHealth: () => Asked<Health>;
export declare const useMissingSecrets: (params?: Narrowed<'search' | 'limit'>) => Pages<MissingSecret>;
export declare const useServiceTokens: (params?: Narrowed<'service' | 'status' | 'limit'>) => Pages<Credential>;
export declare const useAccess: (params?: Narrowed<'service' | 'path' | 'status' | 'limit'>) => Pages<Access>;

export type Decisions = {
  readonly credential: (decision: { readonly operation: 'service.approve' | 'service.deny' | 'service.revoke'; readonly service: string; readonly fingerprint: string; readonly seen: number }) => Promise<Done>;
  readonly access: (decision: { readonly operation: 'access.deny' | 'access.revoke'; readonly service: string; readonly target: string; readonly seen: number; readonly reason: string | null }) => Promise<Done>;
  /** `target`: a path, or a prefix with its slash. */
  readonly grant: (granted: { readonly service: string; readonly target: string; readonly seen: number; readonly term: 'always' | '1h' | '8h' | '7d' | '30d' | 'once'; readonly reason: string }) => Promise<Done>;
};
/** Decisions, each signed by the key of this browser. `seen`: the `seq` of what was looked at; what has changed since is not decided. */
export declare const useDecisions: () => Decisions;
