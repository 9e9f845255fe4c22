/**
 * A log in memory that real folds accept, written by helpers of one line: what tests of folds, read models, services and the
 * audit start from. Clocks, ids and keys are the same at every run. Arguments are plain JSON, which the codecs check.
 */
import { utf8, equalText } from '../../crypto/bytes.ts';
import { logMac, nextHead, noHead } from '../../crypto/log.ts';
import { sign, statementBytes, type KeyPair } from '../../crypto/sign.ts';
import { AdminCommand, ReplicaCommand, ServiceCommand, stepBefore, subjectOf, type Command } from '../../events/command.ts';
import { decide } from '../../events/decide.ts';
import type { Actor, Decision } from '../../events/decider.ts';
import type { Event } from '../../events/event.ts';
import { NOTHING_EXPECTED } from '../../events/expectation.ts';
import { makeFold, type Fold } from '../../events/fold/fold.ts';
import type { Folded } from '../../events/fold/verdict.ts';
import type { LogCrypto } from '../../events/fold/log-crypto.ts';
import type { LogMessage } from '../../events/log/log.ts';
import { memoryLog, type MemoryLog } from '../../events/log/memory.ts';
import { NamespaceRead, ReadAttempt } from '../../events/read/read.ts';
import { Made, madeNothing, ReadRecord, Origin, StateRecord, type LogRecord } from '../../events/record.ts';
import { subjectsUnder, type Subjects } from '../../events/subjects.ts';
import { AdminName, Fingerprint, Instant, Label, namespaceOf, ReplicaId, SecretPath, ServiceName, sure, Target, type Id } from '../../events/vocabulary.ts';
import { accessOf, credentialOf } from '../../events/world.ts';
import { digestOf, fingerprintOf, idOf, keyPairOf } from './names.ts';

type Json = Readonly<Record<string, unknown>>;

/** The keyring that a history begins with: its name and its keys. */
export const KEYRING = { id: idOf(1), root: idOf(2), log: idOf(3), signing: idOf(4), box: idOf(5) } as const;
/** The fingerprint of the operator's key, which wraps the keyring. */
export const OPERATOR_KEY = fingerprintOf(1);
export const FIRST_ADMIN = 'root';
/** The clock at the beginning, milliseconds since 1970 UTC. */
export const BEGIN = Date.UTC(2026, 0, 1);
/** A ciphertext of the length that a value of 3 bytes has; nothing opens it. */
export const SEALED = { nonce: 'A'.repeat(32), box: 'A'.repeat(68) } as const;
export const LOG_KEY: Uint8Array = new Uint8Array(32).fill(7);
/** The replica that wrote all of it. */
export const WRITER = sure(ReplicaId, 'replica-1');

/** What folds of these logs are made with. */
export const logCrypto: LogCrypto = {
  mac: (key, subject, prev, data) => (key === KEYRING.log ? logMac(LOG_KEY, subject, prev, data) : undefined),
  equal: equalText,
  nextHead,
  noHead,
};

/** A record that is not in the log yet, and the subject that it belongs on. */
export type Draft = { readonly subject: string; readonly record: LogRecord };

/** How a record is written, where not in the usual way. */
export type How = {
  /** What the service made for it: a key, a ciphertext. */
  readonly made?: Json;
  /** The API token in whose name it is, instead of an admin. */
  readonly token?: { readonly id: Id; readonly label: string };
  /** In the name of the access key of that id. */
  readonly accessKey?: Id;
  /** The signing admin; the first one and the first key, unless said. */
  readonly admin?: string;
  readonly key?: KeyPair;
  /** The clock of the admin's machine. */
  readonly signedAt?: number;
  readonly keyring?: Id;
  /** The command's id, to repeat one. */
  readonly id?: Id;
  /** These, instead of what is decided now: for records that must not count. */
  readonly events?: ReadonlyArray<Event>;
};

type Context = {
  readonly subjects: Subjects;
  readonly log: MemoryLog;
  readonly messages: LogMessage[];
  readonly fold: Fold;
  readonly clock: { time: number };
  readonly nextId: () => Id;
};

const newContext = (subjects: Subjects, time: number): Context => {
  const clock = { time };
  let ids = 1000;
  const nextId = () => idOf((ids += 1));
  return { subjects, clock, nextId, log: memoryLog({ clock: () => clock.time }), messages: [], fold: makeFold(subjects, logCrypto) };
};

/** Stores a message as it is, whoever it is from, and folds it. */
const publish = ({ log, messages, fold, clock }: Context, message: Pick<LogMessage, 'subject' | 'data' | 'mac'>): Folded => {
  const stored = { ...message, seq: log.publish(message), time: clock.time };
  messages.push(stored);
  return fold.apply(stored);
};

/** The bytes of a record and their MAC. */
const messageOf = ({ fold }: Context, { subject, record }: Draft, prev = fold.previous(subject)) => {
  const data = utf8(JSON.stringify(record));
  return { subject, data, mac: `${KEYRING.log}.${logMac(LOG_KEY, subject, prev, data)}` };
};

const common = ({ fold, clock, nextId }: Context, subject: string) =>
  ({ v: 1, id: nextId(), at: clock.time, writer: WRITER, prev: fold.previous(subject), head: fold.head() }) as const;

/** In the name of an admin, a token, or an access key. */
const signed = ({ clock, nextId }: Context, command: AdminCommand, how: How): Origin => {
  if (how.accessKey !== undefined) return sure(Origin, { by: 'access-key', id: how.id ?? nextId(), key: how.accessKey, command });
  if (how.token !== undefined) return sure(Origin, { by: 'token', id: how.id ?? nextId(), token: how.token.id, label: how.token.label, command });
  const { key = keyPairOf(1), admin = FIRST_ADMIN, keyring = KEYRING.id, id = nextId(), signedAt: at = clock.time } = how;
  const statement = JSON.stringify({ v: 1, keyring, id, at, admin, command });
  return { by: 'admin', statement, key: key.publicKey, signature: sign(statementBytes(statement), key.secretKey) };
};

const madeOf = ({ made = {} }: How): Made => sure(Made, { ...madeNothing, ...made });

const actorOf = (by: Actor['by'], { key = keyPairOf(1), admin = FIRST_ADMIN, token, accessKey }: How): Actor => {
  if (by === 'service' || by === 'replica') return { by };
  if (accessKey !== undefined) return { by: 'access-key', key: accessKey };
  return token === undefined ? { by: 'admin', admin: sure(AdminName, admin), key: key.publicKey } : { by: 'token', token: token.id, label: sure(Label, token.label) };
};

const decideNow = ({ fold, clock }: Context, command: Command, how: How, by: Actor['by']): Decision =>
  decide(fold.world, command, { made: madeOf(how), actor: actorOf(by, how), now: Math.max(fold.world.now, clock.time) });

const eventsOf = (decision: Decision): ReadonlyArray<Event> => {
  if (decision._tag === 'Left') throw new Error(`refused: ${decision.left.code} ${decision.left.detail ?? ''}`);
  return decision.right;
};

/** The record of a command on its subject; `command` may be the step before the one that was signed. */
const stateDraft = (context: Context, command: Command, origin: Origin, how: How): Draft => {
  const subject = subjectOf(context.subjects, command);
  const events = how.events ?? eventsOf(decideNow(context, command, how, origin.by));
  return { subject, record: sure(StateRecord, { ...common(context, subject), kind: 'state', origin, made: madeOf(how), events }) };
};

const adminCommand = (operation: AdminCommand['operation'], args: Json): AdminCommand => sure(AdminCommand, { operation, ...args });
/** Who asks says nothing of the value, unless it is given. */
const saidOf = (operation: ReplicaCommand['operation']): Json => (operation === 'access.request' || operation === 'secret.stub' ? NOTHING_EXPECTED : {});
const replicaCommand = (operation: ReplicaCommand['operation'], args: Json): ReplicaCommand => sure(ReplicaCommand, { operation, ...saidOf(operation), ...args });
const serviceCommand = (args: Json): ServiceCommand => sure(ServiceCommand, { operation: 'credential.register', client: { name: 'test', version: '1' }, ...args });

/** Records that are not appended yet. */
const drafts = (context: Context) => ({
  admin: (operation: AdminCommand['operation'], args: Json, how: How = {}): Draft => {
    const command = adminCommand(operation, args);
    return stateDraft(context, command, signed(context, command, how), how);
  },
  replica: (operation: ReplicaCommand['operation'], args: Json, how: How = {}): Draft => {
    const command = replicaCommand(operation, args);
    return stateDraft(context, command, { by: 'replica', id: how.id ?? context.nextId(), command }, how);
  },
  service: (args: Json, how: How = {}): Draft => {
    const command = serviceCommand(args);
    return stateDraft(context, command, { by: 'service', id: how.id ?? context.nextId(), command }, how);
  },
  /** One message with these attempts: each has at least a service, a credential and paths, or a namespace and a key. */
  read: (...attempts: ReadonlyArray<Json>): Draft => {
    const subject = context.subjects.read(WRITER);
    const filled = { at: sure(Instant, context.clock.time), client: { name: 'test', version: '1' } };
    const reads = attempts.filter((attempt) => 'paths' in attempt).map((attempt) => sure(ReadAttempt, { id: context.nextId(), offline: false, ...filled, ...attempt }));
    const namespaces = attempts.filter((attempt) => !('paths' in attempt)).map((attempt) => sure(NamespaceRead, { id: context.nextId(), after: null, ...filled, ...attempt }));
    return { subject, record: sure(ReadRecord, { ...common(context, subject), kind: 'read', reads, namespaces, refusals: [] }) };
  },
});

/** What commands would come to now; nothing is written. */
const decisions = (context: Context) => ({
  admin: (operation: AdminCommand['operation'], args: Json, how: How = {}) => decideNow(context, adminCommand(operation, args), how, 'admin'),
  replica: (operation: ReplicaCommand['operation'], args: Json, how: How = {}) => decideNow(context, replicaCommand(operation, args), how, 'replica'),
  service: (args: Json) => decideNow(context, serviceCommand(args), {}, 'service'),
});

const firstRecord = {
  keyring: KEYRING.id,
  operatorKey: OPERATOR_KEY,
  admin: FIRST_ADMIN,
  adminKey: keyPairOf(1).publicKey,
  keys: (['root', 'log', 'signing', 'box'] as const).map((purpose) => ({ id: KEYRING[purpose], purpose, public: null, signature: null })),
};

/** Writes a value, and its namespace before it where there is none: both under one signature. @param checks what was found of the value */
const write = (context: Context, path: string, args: Json = {}, checks: ReadonlyArray<Json> = [], how: How = {}): Folded => {
  const { world } = context.fold;
  const command = adminCommand('secret.write', { path, digest: digestOf(1), description: null, ifVersion: null, ...args });
  const origin = signed(context, command, how);
  const append = (aim: Command, needs: How) => publish(context, messageOf(context, stateDraft(context, aim, origin, { ...how, ...needs })));
  const namespace = namespaceOf(sure(SecretPath, path));
  const step = world.namespaces.has(namespace) ? undefined : stepBefore(command);
  if (step !== undefined) append(step, { made: { key: { id: context.nextId(), wrappedBy: KEYRING.root } } });
  const known = world.secrets.get(sure(SecretPath, path))?.key ?? null;
  const key = known === null ? { id: context.nextId(), wrappedBy: world.namespaces.get(namespace)?.key } : null;
  return append(command, { made: { key, sealed: SEALED, checks, ...how.made } });
};

/** A token's credential, registered and approved. */
const approved = (context: Context, service: string, n = 1): Fingerprint => {
  const draft = drafts(context);
  const append = (one: Draft) => publish(context, messageOf(context, one));
  const fingerprint = fingerprintOf(n);
  const { seq } = append(draft.service({ service, kind: 'token', verifier: digestOf(n), fingerprint }));
  append(draft.admin('service.approve', { service, fingerprint, seen: seq }));
  return fingerprint;
};

type About = { readonly service: string; readonly target: string };

/** Sequence of the last event about an access or a credential, 0 if there is none: what a decision about it must name. */
const seen = ({ fold }: Context) => ({
  access: ({ service, target }: About): number => accessOf(fold.world, sure(ServiceName, service), sure(Target, target))?.seq ?? 0,
  credential: (service: string, fingerprint: string): number =>
    credentialOf(fold.world, sure(ServiceName, service), sure(Fingerprint, fingerprint))?.seq ?? 0,
});

const accessDraft = (context: Context, operation: 'access.grant' | 'access.deny' | 'access.revoke', about: About & Json): Draft => {
  const how = operation === 'access.grant' ? { duration: null, once: false, offline: null } : {};
  return drafts(context).admin(operation, { seen: seen(context).access(about), reason: null, ...how, ...about });
};

export type History = ReturnType<typeof newHistory>;

export type HistoryOptions = {
  readonly subjects?: Subjects;
  /** False for a log without any message. */
  readonly begun?: boolean;
  /** The clock at the beginning, where not `BEGIN`. */
  readonly time?: number;
};

/** A log that begins with its keyring and the admin `root`, whose key is `keyPairOf(1)`. */
export const newHistory = ({ subjects = subjectsUnder('secrets'), begun = true, time = BEGIN }: HistoryOptions = {}) => {
  const context = newContext(subjects, time);
  const draft = drafts(context);
  const append = (one: Draft, prev?: number): Folded => publish(context, messageOf(context, one, prev));
  const { fold, log, messages, nextId, clock } = context;
  const begin = () => append(draft.replica('keyring.create', firstRecord));
  if (begun) begin();
  return {
    subjects,
    fold,
    log,
    messages,
    nextId,
    begin,
    draft,
    append,
    decide: decisions(context),
    seen: seen(context),
    message: (seq: number): LogMessage | undefined => messages[seq - 1],
    now: (): number => clock.time,
    /** All clocks run on by so many milliseconds. */
    pass: (ms: number): void => void (clock.time += ms),
    publish: (message: Pick<LogMessage, 'subject' | 'data' | 'mac'>) => publish(context, message),
    /** `prev`: the sequence that the MAC is made over, where it is not the true one. */
    messageOf: (one: Draft, prev?: number) => messageOf(context, one, prev),
    admin: (...args: Parameters<typeof draft.admin>) => append(draft.admin(...args)),
    replica: (...args: Parameters<typeof draft.replica>) => append(draft.replica(...args)),
    service: (...args: Parameters<typeof draft.service>) => append(draft.service(...args)),
    read: (...attempts: ReadonlyArray<Json>) => append(draft.read(...attempts)),
    write: (path: string, args?: Json, checks?: ReadonlyArray<Json>, how?: How) => write(context, path, args, checks, how),
    approved: (service: string, n?: number) => approved(context, service, n),
    grant: (service: string, target: string, args: Json = {}) => append(accessDraft(context, 'access.grant', { service, target, ...args })),
    deny: (service: string, target: string) => append(accessDraft(context, 'access.deny', { service, target })),
    revoke: (service: string, target: string) => append(accessDraft(context, 'access.revoke', { service, target })),
  };
};
