/** Every subject, stream and bucket name. Nobody else writes one as a string. */
import type { AdminName, Digest, Namespace, ReplicaId, SecretPath, ServiceName, Target } from './vocabulary.ts';

/** A dot would split a token in two; `=` cannot stand in a name, so both writings are unambiguous. */
const tokens = (path: string): string => path.replaceAll('.', '=2E').replaceAll('/', '.');
/** A prefix ends in one more token, `=`, so it can never be the name of a path. */
const target = (of: string): string => (of.endsWith('/') ? `${tokens(of.slice(0, -1))}.=` : tokens(of));

export type Subjects = ReturnType<typeof subjectsUnder>;

/**
 * The names under one prefix.
 * @param prefix first token of every subject, `secrets` unless configured; also names the stream, in capitals
 */
export const subjectsUnder = (prefix: string) => {
  const events = `${prefix}.events`;
  const state = `${events}.state`;
  return {
    prefix,
    stream: prefix.toUpperCase(),
    all: `${events}.>`,
    anyState: `${state}.>`,
    anyRead: `${events}.read.>`,
    state: {
      keyring: `${state}.keyring`,
      admin: (admin: AdminName) => `${state}.admin.${admin}`,
      namespace: (namespace: Namespace) => `${state}.namespace.${tokens(namespace)}`,
      secret: (path: SecretPath) => `${state}.secret.${tokens(path)}`,
      service: (service: ServiceName) => `${state}.service.${service}`,
      access: (service: ServiceName, to: Target) => `${state}.access.${service}.${target(to)}`,
      rollout: (service: ServiceName) => `${state}.rollout.${service}`,
    },
    read: (replica: ReplicaId) => `${events}.read.${replica}`,
    isState: (subject: string) => subject.startsWith(`${state}.`),
    isRead: (subject: string) => subject.startsWith(`${events}.read.`),
    keys: `${prefix}.keys`,
    register: `${prefix}.register`,
    get: `${prefix}.get`,
    watch: `${prefix}.watch`,
    report: `${prefix}.report`,
    namespace: `${prefix}.namespace`,
    admin: (operation: string) => `${prefix}.admin.${operation}`,
    /** Of one replica's own, for what another one hands on to it. */
    replica: (replica: ReplicaId, operation: string) => `${prefix}.replica.${replica}.${operation}`,
    /** Of one service that has shown who it is: nobody else can tell what its token is. */
    known: (token: Digest) => `${prefix}.known.${token}`,
    isKnown: (subject: string) => subject.startsWith(`${prefix}.known.`),
    notify: (service: ServiceName) => `${prefix}.notify.${service}`,
    bucket: (name: 'keys' | 'catalog' | 'services' | 'access' | 'inbox' | 'usage' | 'rollout' | 'audit' | 'checkpoints') => `${prefix}_${name}`,
    /** A path, prefix or namespace as a key in KV. */
    kvKey: (of: string) => target(of),
  } as const;
};
