/**
 * The state that decisions are made from: the fold of all accepted events. One fold owns one world and changes it in place,
 * since copying the maps of 100,000 secrets at every event is out of question; nobody else writes to it.
 */
import type { Expectation } from './expectation.ts';
import type { KeyPurpose } from './keyring/keyring.ts';
import type { NamespaceOwner } from './namespace/namespace.ts';
import type { Refusal } from './refusal.ts';
import type { CredentialKind } from './service/service.ts';
import { prefixesOf, type Prefix } from './vocabulary.ts';
import type { AdminName, ClientInfo, Digest, Fingerprint, Id, Label, Namespace, Note, PublicKey, Role, SecretPath, ServiceName, Signature, Target, TokenRole } from './vocabulary.ts';

export type Key = {
  readonly id: Id;
  readonly purpose: KeyPurpose;
  readonly public: PublicKey | null;
  readonly signature: Signature | null;
  readonly addedAt: number;
  /** Replaced by an admin's order, or about to be. */
  readonly retired: boolean;
  /** Of a log key that has a successor: when what is written under it stops to count, milliseconds. */
  readonly until: number | null;
};

export type Keyring = {
  readonly id: Id;
  readonly operatorKey: Fingerprint;
  /** Every operator's key that there was, and when it came, milliseconds; the last is the one of now. None comes back. */
  readonly operatorKeys: ReadonlyMap<Fingerprint, number>;
  /** An admin wants another operator's key than the one of now. */
  readonly operatorRetired: boolean;
  /** Keys that are not destroyed, in the order in which they were added: the last of a purpose is the current one. */
  readonly keys: ReadonlyMap<Id, Key>;
};

/** `label`: what its owner knows it by. `seq`: of the event that added it. */
export type AdminKey = { readonly label: Note | null; readonly addedAt: number; readonly seq: number };

export type Admin = {
  readonly name: AdminName;
  readonly role: Role;
  readonly keys: ReadonlyMap<PublicKey, AdminKey>;
  readonly addedAt: number;
  /** Sessions that were opened before this place in the log have ended. */
  readonly loggedOut: number;
};

/** A token for the HTTP API that is not revoked. `until`: when it ends, milliseconds. */
export type ApiToken = {
  readonly id: Id;
  /** In whose name it stands. */
  readonly admin: AdminName;
  readonly label: Label;
  readonly role: TokenRole;
  readonly digest: Digest;
  readonly until: number;
  readonly issuedAt: number;
  /** The addition of the key that signed for it. */
  readonly issuedBy: number | null;
};

/** A key became one of an admin's. `by`: the addition of the key that signed for it, as that was in force then; null for the first of all. */
export type Addition = { readonly admin: AdminName; readonly key: PublicKey; readonly by: number | null };

/** `issuedBy`: the addition of the key that signed for it, null for whoever held the shared secret. */
export type NamespaceAccessKey = { readonly id: Id; readonly digest: Digest; readonly issuedBy: number | null };

export type NamespaceState = {
  readonly name: Namespace;
  readonly key: Id;
  readonly owner: NamespaceOwner;
  readonly createdAt: number;
  /** A delete, or an admin's order, for which the key has not been replaced yet. */
  readonly rekeyFor: number | null;
  /** Those that open it, in the order in which they were issued. */
  readonly accessKeys: ReadonlyArray<NamespaceAccessKey>;
};

/** Whether an access key of that name opens a namespace now. */
export const isAccessKeyOf = (world: World, namespace: Namespace, key: Id): boolean =>
  world.namespaces.get(namespace)?.accessKeys.some(({ id }) => id === key) === true;

/** What a digest of an access key opens. */
export type AccessKey = { readonly namespace: Namespace; readonly id: Id };

export type SecretVersion = { readonly version: number; readonly seq: number; readonly digest: Digest; readonly size: number };

export type Secret = {
  readonly path: SecretPath;
  readonly status: 'stub' | 'live' | 'disabled' | 'deleted';
  readonly description: Note | null;
  /** The last version ever, also of what was deleted. */
  readonly version: number;
  /** Versions that can still be opened, the current one last. */
  readonly versions: ReadonlyArray<SecretVersion>;
  readonly key: Id | null;
  /** Who asked first, of a stub. */
  readonly askedBy: ServiceName | null;
};

/** A secret that has a value now. */
export type Present = { readonly path: SecretPath; readonly version: SecretVersion };

/** `paths`: what stands directly in a namespace and has a value now. `sorted`: the same by path, made when it is asked for. */
export type Contents = { readonly paths: Set<SecretPath>; sorted: ReadonlyArray<Present> | undefined };

export type Credential = {
  readonly fingerprint: Fingerprint;
  readonly kind: CredentialKind;
  readonly verifier: Digest | PublicKey;
  readonly status: 'pending' | 'approved' | 'denied' | 'revoked';
  readonly registeredAt: number;
  readonly client: ClientInfo | null;
  /** Sequence of the last event about it. */
  readonly seq: number;
};

export type Access = {
  readonly target: Target;
  readonly status: 'requested' | 'granted' | 'denied' | 'revoked';
  readonly until: number | null;
  readonly once: boolean;
  readonly spent: boolean;
  /** For how long after a read its value may be used while the service cannot be reached, milliseconds. */
  readonly offline: number | null;
  readonly seq: number;
};

/** `cause`: the event that made it so. `namespace`: of the namespace key that was replaced. */
export type Doomed = { readonly cause: number; readonly purpose: 'root' | 'box' | 'namespace' | 'secret'; readonly namespace: Namespace | null };

/** `seq`: where its events stand, 0 if there are none. `refusal`: why not. */
export type CommandOutcome = { readonly seq: number; readonly refusal: Refusal | null };

export type World = {
  /** The later of all server times of valid state messages, in milliseconds. */
  now: number;
  keyring: Keyring | null;
  readonly admins: Map<AdminName, Admin>;
  /**
   * Every addition of a key that there ever was, by its sequence: what comes of a key is known also when it is gone, or was added
   * again since. Each is one signed record of the log, and a hundred bytes here.
   */
  readonly additions: Map<number, Addition>;
  readonly tokens: Map<Id, ApiToken>;
  readonly namespaces: Map<Namespace, NamespaceState>;
  /** Those of them that were made with an access key: they are counted at every such one. */
  readonly issued: Set<Namespace>;
  /** Of all namespaces, by digest. */
  readonly accessKeys: Map<Digest, AccessKey>;
  readonly secrets: Map<SecretPath, Secret>;
  readonly contents: Map<Namespace, Contents>;
  /** Paths without a value, by the service that asked first. */
  readonly stubs: Map<ServiceName, Set<SecretPath>>;
  readonly services: Map<ServiceName, Map<Fingerprint, Credential>>;
  /** Those of them that wait, by service and fingerprint: they are counted at every registration. */
  readonly pending: Map<string, { readonly service: ServiceName; readonly credential: Credential }>;
  readonly access: Map<ServiceName, Map<Target, Access>>;
  /** The last uses while offline that were counted, of each service, the oldest first. */
  readonly uses: Map<ServiceName, Set<Id>>;
  /** What services expect of values, as they asked last. */
  readonly expected: Map<ServiceName, Map<SecretPath, Expectation>>;
  /** Keys that nothing needs any more, once what they wrap is wrapped again. */
  readonly doomed: Map<Id, Doomed>;
  /** Command ids of the last 150 s with what became of them, by subject and id. */
  readonly commands: Map<string, { readonly at: number } & CommandOutcome>;
};

export const newWorld = (): World => ({
  now: 0,
  keyring: null,
  admins: new Map(),
  additions: new Map(),
  tokens: new Map(),
  namespaces: new Map(),
  issued: new Set(),
  accessKeys: new Map(),
  secrets: new Map(),
  contents: new Map(),
  stubs: new Map(),
  services: new Map(),
  pending: new Map(),
  access: new Map(),
  uses: new Map(),
  expected: new Map(),
  doomed: new Map(),
  commands: new Map(),
});

/** How long a box key is given out, milliseconds; requests to it are opened for as long again. */
export const BOX_KEY_MS = 24 * 60 * 60 * 1000;

/** The key that is used for a purpose now. */
export const currentKey = (world: World, purpose: KeyPurpose): Key | undefined => {
  let current: Key | undefined;
  for (const key of world.keyring?.keys.values() ?? []) if (key.purpose === purpose) current = key;
  return current;
};

export const PENDING_MS = 24 * 60 * 60 * 1000;

/** Pending credentials expire by the clock; the event that says so only tidies. */
export const isPending = (credential: Credential, now: number): boolean =>
  credential.status === 'pending' && now < credential.registeredAt + PENDING_MS;

export const credentialOf = (world: World, service: ServiceName, fingerprint: Fingerprint): Credential | undefined =>
  world.services.get(service)?.get(fingerprint);

export const accessOf = (world: World, service: ServiceName, target: Target): Access | undefined =>
  world.access.get(service)?.get(target);

/** Whether a token that is not revoked has not ended either. */
export const isInForce = ({ until }: Pick<ApiToken, 'until'>, now: number): boolean => now < until;

/** Whether a grant opens anything now. */
export const isOpen = (access: Access | undefined, now: number): access is Access =>
  access !== undefined && access.status === 'granted' && !access.spent && (access.until === null || now < access.until);

/** The longest prefix whose grant opens the target. */
export const openedByPrefix = (world: World, service: ServiceName, target: Target, now: number): Prefix | undefined =>
  prefixesOf(target).find((prefix) => isOpen(accessOf(world, service, prefix), now));

/** The version that a read gets: none of a stub, nor of what is disabled or deleted. */
export const currentVersion = (secret: Secret | undefined): SecretVersion | undefined =>
  secret?.status === 'live' ? secret.versions.at(-1) : undefined;
