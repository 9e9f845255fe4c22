/** Whether a record counts: its command is decided again, at the record's own place in the log. */
import equal from 'fast-deep-equal';
import { left, right, type Either } from 'fp-ts/lib/Either.js';
import { decoded } from '../fits.ts';
import { type Command, stepBefore, subjectOf } from '../command.ts';
import { decide } from '../decide.ts';
import type { Actor } from '../decider.ts';
import { type Origin, Statement, type StateRecord } from '../record.ts';
import { isRetryable, refuse, type Refusal } from '../refusal.ts';
import type { Subjects } from '../subjects.ts';
import type { Id } from '../vocabulary.ts';
import type { World } from '../world.ts';

/** A command may be signed this much before or after the log's time. */
export const SIGNED_BEFORE_MS = 90_000;
export const SIGNED_AFTER_MS = 60_000;

export type Cause = { readonly id: Id; readonly command: Command; readonly actor: Actor };

const parse = (statement: string): unknown => {
  try {
    return JSON.parse(statement);
  } catch {
    return undefined;
  }
};

const ofAdmin = (world: World, origin: Extract<Origin, { by: 'admin' }>, now: number): Either<Refusal, Cause> => {
  const statement = decoded(Statement, parse(origin.statement));
  if (statement === undefined) return left(refuse('malformed'));
  const { id, at, admin, keyring, command } = statement;
  if (keyring !== world.keyring?.id) return left(refuse('wrong_service'));
  if (at < now - SIGNED_BEFORE_MS || at > now + SIGNED_AFTER_MS) return left(refuse('outdated'));
  return right({ id, command, actor: { by: 'admin', admin, key: origin.key } });
};

const actorOf = (origin: Exclude<Origin, { by: 'admin' }>): Actor => {
  if (origin.by === 'token') return { by: 'token', token: origin.token, label: origin.label };
  return origin.by === 'access-key' ? { by: 'access-key', key: origin.key } : { by: origin.by };
};

/** Who wants what, and under which id. Signatures are checked at the door and by auditors, not here: they cost 100 µs each. */
export const causeOf = (world: World, origin: Origin, now: number): Either<Refusal, Cause> =>
  origin.by === 'admin' ? ofAdmin(world, origin, now) : right({ id: origin.id, command: origin.command, actor: actorOf(origin) });

/** The command, or the step before it, that belongs on a subject. */
const aimedAt = (subjects: Subjects, command: Command, subject: string): Command | undefined => {
  if (subjectOf(subjects, command) === subject) return command;
  const before = stepBefore(command);
  return before !== undefined && subjectOf(subjects, before) === subject ? before : undefined;
};

export const commandKey = (subject: string, id: Id): string => `${subject} ${id}`;

/**
 * Why a record does not count. `usedUp`: the id of a command that was refused for good at this place. Carried out later, when what
 * stood against it is gone, it would be a surprise to its admin, who was told no.
 */
export type Rejected = { readonly refusal: Refusal; readonly usedUp: Id | null };

type Judged = Either<Rejected, Cause>;

const rejected = (refusal: Refusal, usedUp: Id | null = null): Judged => left({ refusal, usedUp });

const decidedAgain = (world: World, subjects: Subjects, subject: string, record: StateRecord, now: number, cause: Cause): Judged => {
  if (world.commands.has(commandKey(subject, cause.id))) return rejected(refuse('replayed'));
  const command = aimedAt(subjects, cause.command, subject);
  if (command === undefined) return rejected(refuse('malformed', 'another subject'));
  const decision = decide(world, command, { made: record.made, actor: cause.actor, now });
  if (decision._tag === 'Left') return rejected(decision.left, isRetryable(decision.left.code) ? null : cause.id);
  return equal(decision.right, record.events) ? right({ ...cause, command }) : rejected(refuse('malformed', 'other events'));
};

/**
 * @returns the command behind a record that counts, or why it is void
 * @param now the time in the log at the record, milliseconds
 */
export const judge = (world: World, subjects: Subjects, subject: string, record: StateRecord, now: number): Judged => {
  const cause = causeOf(world, record.origin, now);
  return cause._tag === 'Left' ? rejected(cause.left) : decidedAgain(world, subjects, subject, record, now, cause.right);
};
