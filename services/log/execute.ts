/**
 * A command, from the decision to its outcome: decide → append → fold. Commands on one aggregate queue up in the process; a
 * conflict with another replica is decided again after catching up; the outcome is what the fold says at the record's own
 * place, never what the acknowledgement promised.
 */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { type Command, stepBefore, subjectOf } from '../../events/command.ts';
import { decide } from '../../events/decide.ts';
import type { Decision } from '../../events/decider.ts';
import type { Event } from '../../events/event.ts';
import type { Folded } from '../../events/fold/verdict.ts';
import { causeOf, commandKey, type Cause } from '../../events/fold/judge.ts';
import { madeNothing, type Made, type Origin } from '../../events/record.ts';
import { refuse, type Refusal } from '../../events/refusal.ts';
import type { Id } from '../../events/vocabulary.ts';
import { makeQueues, type InTurn } from './queues.ts';
import type { Replica } from './replica.ts';
import { writeRecord, type Written } from './write.ts';

/** What became of a command. `seq` is 0 and `events` empty where there was nothing to do. */
export type Executed = { readonly seq: number; readonly events: ReadonlyArray<Event>; readonly repeated: boolean };

/** Makes what a decision needs beside the command (keys, ciphertext), from the state of now. `null`: it is so already. */
export type Prepare = (command: Command) => Promise<Either<Refusal, Made | null>>;

/** For commands that need nothing. */
export const prepareNothing: Prepare = () => Promise.resolve(right(madeNothing));

export type Execute = (origin: Origin, prepare: Prepare, limitMs?: number) => Promise<Either<Refusal, Executed>>;

export const COMMAND_LIMIT_MS = 10_000;
const CONFLICT_WAIT_MS = 20;

type Result = Either<Refusal, Executed>;
/** What came of a command that left nothing in the log: it is as good as the state that it was decided from. */
type Unlogged = { readonly unlogged: Result };
type Attempt = Result | 'again' | Unlogged;

/** One command on its way: what it is, who wants it, and until when. */
type Task = {
  readonly replica: Replica;
  readonly origin: Origin;
  readonly cause: Cause;
  readonly command: Command;
  readonly prepare: Prepare;
  readonly deadline: number;
  /** What has to be so before. */
  readonly before: Task | undefined;
};

const saidBy = (decision: Decision): { readonly events: ReadonlyArray<Event>; readonly refused?: Refusal } =>
  isLeft(decision) ? { events: [], refused: decision.left } : { events: decision.right };

const unchanged: Executed = { seq: 0, events: [], repeated: false };
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const msLeft = (deadline: number): number => Math.max(0, deadline - Date.now());
const logTime = ({ fold }: Replica): number => Math.max(fold.world.now, Date.now());

/** Without events a record says that nothing is to be done, or that it was refused; one of these it must be at its own place too. */
const isOtherwiseNow = (refusal: Refusal, decision: Decision): boolean => {
  const { events, refused } = saidBy(decision);
  return events.length === 0 && refusal.code === 'malformed' && refused?.code !== 'malformed';
};

/** A void record lost against something that came between; a key that was replaced meanwhile is simply made again. */
const outcome = ({ seq, verdict }: Folded, decision: Decision): Attempt => {
  const { events } = saidBy(decision);
  if (verdict._tag === 'state') return right(events.length === 0 ? unchanged : { seq, events, repeated: false });
  if (verdict._tag !== 'void') return left(refuse('unavailable'));
  const { refusal } = verdict;
  return refusal.code === 'superseded' || isOtherwiseNow(refusal, decision) ? 'again' : left(refusal);
};

/** Everything that the leader has on a subject is folded then. */
const catchUp = async ({ log, reached }: Replica, subject: string, deadline: number): Promise<boolean> => {
  const last = await log.last(subject)();
  return !isLeft(last) && reached(last.right, msLeft(deadline));
};

/** No acknowledgement: what the leader holds now tells whether the record is in the log. It is never guessed. */
const settleUnknown = async (replica: Replica, subject: string, deadline: number): Promise<void> => {
  while (Date.now() < deadline && !(await catchUp(replica, subject, deadline))) await pause(100);
};

const appended = async ({ replica, deadline }: Task, { draft }: Written): Promise<'folded' | 'conflict' | 'not stored'> => {
  const answer = await replica.log.append(draft)();
  if (!isLeft(answer)) await replica.reached(answer.right, msLeft(deadline));
  else if (answer.left._tag === 'conflict') return 'conflict';
  else if (answer.left.stored === 'no') return 'not stored';
  else await settleUnknown(replica, draft.subject, deadline);
  return 'folded';
};

const append = async (task: Task, written: Written, decision: Decision): Promise<Attempt> => {
  let folded: Folded | undefined;
  const forget = task.replica.onRecord(written.id, (result) => {
    folded = result;
  });
  try {
    const result = await appended(task, written);
    if (folded !== undefined) return outcome(folded, decision);
    return result === 'conflict' ? 'again' : left(refuse(result === 'not stored' ? 'unavailable' : 'unknown_outcome'));
  } finally {
    forget();
  }
};

/** The first record of a log is under the log key that it names. */
const firstKeyOf = (command: Command): Id | undefined =>
  command.operation === 'keyring.create' ? command.keys.find(({ purpose }) => purpose === 'log')?.id : undefined;

/** A new key that no event will name is of no use to anybody. */
const discard = async ({ replica }: Task, { key }: Made): Promise<void> => {
  if (key !== null) await replica.keyring.destroy(key.id);
};

/** What became of the command before, if it was given before. */
const repeated = ({ fold, subjects }: Replica, command: Command, { id }: Cause): Result | undefined => {
  const before = fold.world.commands.get(commandKey(subjectOf(subjects, command), id));
  if (before === undefined) return undefined;
  return before.refusal === null ? right({ seq: before.seq, events: [], repeated: true }) : left(before.refusal);
};

/**
 * What an admin signed is used up even if it changes nothing: its id stands in the log then, and no other replica carries it out
 * when somebody sends a copy later, and it would change something.
 */
const isNoted = ({ origin, cause, command }: Task): boolean => origin.by === 'admin' && command === cause.command;

const decideAndAppend = (task: Task, made: Made): Promise<Attempt> | Attempt => {
  const { replica, origin, cause, command } = task;
  const { fold, subjects } = replica;
  // From here to the append nothing is awaited: the decision and `prev` come from one and the same state. Meanwhile another
  // replica may have carried out a copy.
  const before = repeated(replica, command, cause);
  if (before !== undefined) return before;
  const decision = decide(fold.world, command, { made, actor: cause.actor, now: logTime(replica) });
  if (isLeft(decision) && decision.left.code === 'superseded') return 'again';
  const { events } = saidBy(decision);
  if (events.length === 0 && !isNoted(task)) return { unlogged: isLeft(decision) ? decision : right(unchanged) };
  const subject = subjectOf(subjects, command);
  const content = { kind: 'state', origin, made: events.length === 0 ? madeNothing : made, events } as const;
  const written = writeRecord(replica, subject, fold.previous(subject), content, firstKeyOf(command));
  return written === undefined ? left(refuse('unavailable')) : append(task, written, decision);
};

const attempt = async (task: Task): Promise<Attempt> => {
  const { replica, cause, command, prepare } = task;
  const before = repeated(replica, command, cause);
  if (before !== undefined) return before;
  const made = await prepare(command);
  if (isLeft(made)) return { unlogged: made };
  if (made.right === null) return decideAndAppend(task, madeNothing);
  const result = await decideAndAppend(task, made.right);
  const isUsed = result !== 'again' && !('unlogged' in result) && (isLeft(result) ? result.left.code === 'unknown_outcome' : result.right.seq > 0 && !result.right.repeated);
  if (!isUsed) await discard(task, made.right);
  return result;
};

type Known = { readonly subject: string; readonly seq: number };

/** The aggregates that a decision looks at, and how much of each is known. */
const knownTo = ({ replica: { fold, subjects }, command, before }: Task): ReadonlyArray<Known> =>
  (before === undefined ? [command] : [before.command, command]).map((one) => {
    const subject = subjectOf(subjects, one);
    return { subject, seq: fold.previous(subject) };
  });

/**
 * What was not written was decided from a state that may lack what another replica has acknowledged by now: an admin who revoked
 * there would be told here that there is nothing to revoke. So the leader is asked whether that was all of the aggregates.
 */
const certain = async ({ replica, origin, cause, command, deadline }: Task, known: ReadonlyArray<Known>, { unlogged }: Unlogged): Promise<Attempt> => {
  // What a replica does by itself, and registers, it does again, and often: that is not worth a question each time.
  if (origin.by === 'service' || origin.by === 'replica') return unlogged;
  // What has to be so before a command: where it is not so any more its record does not count, and where there is none the leader is asked of both.
  if (command !== cause.command && !isLeft(unlogged)) return unlogged;
  for (const { subject, seq } of known) {
    const last = await replica.log.last(subject)();
    if (!isLeft(last) && last.right <= seq) continue;
    return !isLeft(last) && (await replica.reached(last.right, msLeft(deadline))) ? 'again' : left(refuse('unavailable'));
  }
  return unlogged;
};

const untilDecided = async (task: Task, inTurn: InTurn): Promise<Result> => {
  const subject = subjectOf(task.replica.subjects, task.command);
  for (let round = 1; Date.now() < task.deadline; round += 1) {
    // Before the step before it: of a copy of what was carried out meanwhile not even that is done again.
    const done = repeated(task.replica, task.command, task.cause);
    if (done !== undefined) return done;
    const ready = task.before === undefined ? right(unchanged) : await decidedInTurn(task.before, inTurn);
    if (isLeft(ready)) return ready;
    const known = knownTo(task);
    const attempted = await attempt(task);
    const result = attempted !== 'again' && 'unlogged' in attempted ? await certain(task, known, attempted) : attempted;
    if (result !== 'again' && !('unlogged' in result)) return result;
    await catchUp(task.replica, subject, task.deadline);
    await pause(Math.random() * CONFLICT_WAIT_MS * Math.min(round, 10));
  }
  return left(refuse('unavailable'));
};

const decidedInTurn = (task: Task, inTurn: InTurn): Promise<Result> => inTurn(subjectOf(task.replica.subjects, task.command), () => untilDecided(task, inTurn));

export const makeExecute = (replica: Replica): Execute => {
  const inTurn = makeQueues();
  return async (origin, prepare, limitMs = COMMAND_LIMIT_MS) => {
    const deadline = Date.now() + limitMs;
    const cause = causeOf(replica.fold.world, origin, logTime(replica));
    if (isLeft(cause)) return cause;
    const { command } = cause.right;
    const step = stepBefore(command);
    const common = { replica, origin, cause: cause.right, prepare, deadline };
    const before = step && { ...common, command: step, before: undefined };
    return decidedInTurn({ ...common, command, before }, inTurn);
  };
};
