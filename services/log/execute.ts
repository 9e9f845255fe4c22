/**
 * A command, from the decision to its outcome: decide → append → fold. Commands on one aggregate queue up in the process; a
 * conflict with another replica is decided again after catching up; the outcome is what the fold says at the record's own
 * place, never what the acknowledgement promised.
 */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { type Command, stepBefore, subjectOf } from '../../events/command.ts';
import { decide } from '../../events/decide.ts';
import type { Event } from '../../events/event.ts';
import type { Folded } from '../../events/fold/fold.ts';
import { causeOf, commandKey, type Cause } from '../../events/fold/judge.ts';
import type { Made, Origin } from '../../events/record.ts';
import { refuse, type Refusal } from '../../events/refusal.ts';
import type { Id } from '../../events/vocabulary.ts';
import type { Replica } from './replica.ts';
import { writeRecord, type Written } from './write.ts';

/** What became of a command. `seq` is 0 and `events` empty where there was nothing to do. */
export type Executed = { readonly seq: number; readonly events: ReadonlyArray<Event>; readonly repeated: boolean };

/** Makes what a decision needs beside the command (keys, ciphertext), from the state of now. `null`: it is so already. */
export type Prepare = (command: Command) => Promise<Either<Refusal, Made | null>>;

export type Execute = (origin: Origin, prepare: Prepare, limitMs?: number) => Promise<Either<Refusal, Executed>>;

export const COMMAND_LIMIT_MS = 10_000;
const CONFLICT_WAIT_MS = 20;

type Attempt = Either<Refusal, Executed> | 'again';

const unchanged: Executed = { seq: 0, events: [], repeated: false };
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** One at a time for each subject, in the order in which they came. */
const makeQueues = () => {
  const tails = new Map<string, Promise<unknown>>();
  return <A>(subject: string, task: () => Promise<A>): Promise<A> => {
    const run = (tails.get(subject) ?? Promise.resolve()).then(task);
    const tail = run.catch(() => undefined).then(() => {
      if (tails.get(subject) === tail) tails.delete(subject);
    });
    tails.set(subject, tail);
    return run;
  };
};

export const makeExecute = (replica: Replica): Execute => {
  const { fold, log, subjects } = replica;
  const inTurn = makeQueues();
  const now = (): number => Math.max(fold.world.now, Date.now());

  const outcome = (folded: Folded, events: ReadonlyArray<Event>): Attempt => {
    const { verdict } = folded;
    if (verdict._tag === 'state') return right({ seq: folded.seq, events, repeated: false });
    if (verdict._tag !== 'void') return left(refuse('unavailable'));
    return verdict.refusal.code === 'superseded' ? 'again' : left(verdict.refusal);
  };

  /** Everything that the leader has on a subject is folded then. */
  const catchUp = async (subject: string, deadline: number): Promise<boolean> => {
    const last = await log.last(subject)();
    if (isLeft(last)) return false;
    return replica.reached(last.right, Math.max(0, deadline - Date.now()));
  };

  /** No acknowledgement: what the leader holds now tells whether the record is in the log. It is never guessed. */
  const settleUnknown = async (subject: string, deadline: number): Promise<void> => {
    while (Date.now() < deadline && !(await catchUp(subject, deadline))) await pause(100);
  };

  const append = async ({ id, draft }: Written, events: ReadonlyArray<Event>, deadline: number): Promise<Attempt> => {
    let folded: Folded | undefined;
    const forget = replica.onRecord(id, (result) => {
      folded = result;
    });
    try {
      const appended = await log.append(draft)();
      if (isLeft(appended)) {
        if (appended.left._tag === 'conflict') return 'again';
        if (appended.left.stored === 'no') return left(refuse('unavailable'));
        await settleUnknown(draft.subject, deadline);
      } else await replica.reached(appended.right, Math.max(0, deadline - Date.now()));
      return folded === undefined ? left(refuse('unknown_outcome')) : outcome(folded, events);
    } finally {
      forget();
    }
  };

  const attempt = async (origin: Origin, cause: Cause, command: Command, prepare: Prepare, deadline: number): Promise<Attempt> => {
    const subject = subjectOf(subjects, command);
    const before = fold.world.commands.get(commandKey(subject, cause.id));
    if (before !== undefined) return right({ seq: before.seq, events: [], repeated: true });
    const made = await prepare(command);
    if (isLeft(made)) return made;
    if (made.right === null) return right(unchanged);
    // From here to the append nothing is awaited: the decision and `prev` come from one and the same state.
    const decision = decide(fold.world, command, { made: made.right, signer: cause.signer, now: now() });
    if (isLeft(decision)) return decision.left.code === 'superseded' ? 'again' : decision;
    if (decision.right.length === 0) return right(unchanged);
    const content = { kind: 'state', origin, made: made.right, events: decision.right } as const;
    const written = writeRecord(replica, subject, fold.previous(subject), content, firstKeyOf(command));
    return written === undefined ? left(refuse('unavailable')) : append(written, decision.right, deadline);
  };

  const untilDecided = async (origin: Origin, cause: Cause, command: Command, prepare: Prepare, deadline: number) => {
    for (let round = 0; Date.now() < deadline; round += 1) {
      const result = await attempt(origin, cause, command, prepare, deadline);
      if (result !== 'again') return result;
      await catchUp(subjectOf(subjects, command), deadline);
      await pause(Math.random() * CONFLICT_WAIT_MS * Math.min(round + 1, 10));
    }
    return left(refuse('unavailable'));
  };

  const firstKeyOf = (command: Command): Id | undefined =>
    command.operation === 'keyring.create' ? command.keys.find(({ purpose }) => purpose === 'log')?.id : undefined;

  return async (origin, prepare, limitMs = COMMAND_LIMIT_MS) => {
    const deadline = Date.now() + limitMs;
    const cause = causeOf(fold.world, origin, now());
    if (isLeft(cause)) return cause;
    const steps = [stepBefore(cause.right.command), cause.right.command].filter((command) => command !== undefined);
    let last: Either<Refusal, Executed> = right(unchanged);
    for (const command of steps) {
      last = await inTurn(subjectOf(subjects, command), () => untilDecided(origin, cause.right, command, prepare, deadline));
      if (isLeft(last)) return last;
    }
    return last;
  };
};
