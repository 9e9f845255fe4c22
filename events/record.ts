/**
 * The stored format: what one message of the log holds, as JSON. A state record is one decision about one aggregate; a read
 * record is many read attempts of one replica. The MAC over subject, `prev` and the exact bytes stands beside it in a header.
 */
import * as t from 'io-ts';
import { orNull } from './codec.ts';
import { AccessKeyCommand, AdminCommand, ReplicaCommand, ServiceCommand, TokenCommand } from './command.ts';
import { Event } from './event.ts';
import { Check } from './expectation.ts';
import { NamespaceRead, ReadAttempt, RefusalCount } from './read/read.ts';
import { AdminName, Ciphertext, Digest, Fingerprint, Id, Instant, Label, Nonce, PublicKey, ReplicaId, Sequence, Signature } from './vocabulary.ts';

/** The last accepted state message that a writer had folded, and the rolling hash there. */
export const Head = t.strict({ seq: Sequence, hash: Digest }, 'Head');
export type Head = t.TypeOf<typeof Head>;

/**
 * What an admin signs: these exact bytes, as text. `keyring` names the installation that it is meant for, `at` is the clock
 * of the admin's machine. `ask` is a query, which is signed the same way and never stored.
 */
const statement = <C extends t.Mixed>(command: C, name: string) =>
  t.strict({ v: t.literal(1), keyring: Id, id: Id, at: Instant, admin: AdminName, command }, name);
export const Statement = statement(AdminCommand, 'Statement');
export type Statement = t.TypeOf<typeof Statement>;
/** The same with the command not looked at yet: enough to verify, before anything else is believed. */
export const OpenStatement = statement(t.unknown, 'OpenStatement');
export type OpenStatement = t.TypeOf<typeof OpenStatement>;

/** Who caused a record, and what they wanted. Of a token its `label` stands beside its id, so that an auditor can name it. */
export const Origin = t.union(
  [
    t.strict({ by: t.literal('admin'), statement: t.string, key: PublicKey, signature: Signature }, 'admin'),
    t.strict({ by: t.literal('token'), id: Id, token: Id, label: Label, command: TokenCommand }, 'token'),
    t.strict({ by: t.literal('access-key'), id: Id, key: Id, command: AccessKeyCommand }, 'access-key'),
    t.strict({ by: t.literal('service'), id: Id, command: ServiceCommand }, 'service'),
    t.strict({ by: t.literal('replica'), id: Id, command: ReplicaCommand }, 'replica'),
  ],
  'Origin',
);
export type Origin = t.TypeOf<typeof Origin>;

/** A ciphertext: XChaCha20-Poly1305, nonce beside it. */
export const Sealed = t.strict({ nonce: Nonce, box: Ciphertext }, 'Sealed');
export type Sealed = t.TypeOf<typeof Sealed>;

/** What the service made for a decision: the name of a new key and of the key that wraps it, a ciphertext, what it saw of a value. */
export const Made = t.strict(
  {
    key: orNull(t.strict({ id: Id, wrappedBy: t.union([Id, Fingerprint]) }, 'NewKey')),
    sealed: orNull(Sealed),
    checks: t.readonlyArray(Check),
  },
  'Made',
);
export type Made = t.TypeOf<typeof Made>;
export const madeNothing: Made = { key: null, sealed: null, checks: [] };

const common = {
  v: t.literal(1),
  id: Id,
  /** The writer's clock. */
  at: Instant,
  writer: ReplicaId,
  /** Sequence of the message before it on its subject. */
  prev: Sequence,
  head: Head,
} as const;

export const StateRecord = t.strict(
  { ...common, kind: t.literal('state'), origin: Origin, made: Made, events: t.readonlyArray(Event) },
  'StateRecord',
);
export type StateRecord = t.TypeOf<typeof StateRecord>;

export const ReadRecord = t.strict(
  {
    ...common,
    kind: t.literal('read'),
    reads: t.readonlyArray(ReadAttempt),
    namespaces: t.readonlyArray(NamespaceRead),
    refusals: t.readonlyArray(RefusalCount),
  },
  'ReadRecord',
);
export type ReadRecord = t.TypeOf<typeof ReadRecord>;

export type LogRecord = StateRecord | ReadRecord;
