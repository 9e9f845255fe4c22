/** What admins order: carried out the same way whichever door the order came by. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { equalText, fromBase64 } from '../../crypto/bytes.ts';
import { valueDigest } from '../../crypto/hash.ts';
import { VALUE_BYTES_MAX, type SaltedValue } from '../../crypto/value.ts';
import { AdminCommand } from '../../events/command.ts';
import type { Origin } from '../../events/record.ts';
import { refuse, type Refusal } from '../../events/refusal.ts';
import { sure, Sequence, type Digest, Version } from '../../events/vocabulary.ts';
import { mismatchNote } from '../../protocol/mismatch.ts';
import type { Done } from '../../protocol/operations.ts';
import type { Enclosed } from '../../protocol/wire.ts';
import type { Execute, Executed, Prepare } from '../log/execute.ts';
import type { Replica } from '../log/replica.ts';
import { decodeAs } from '../request/body.ts';
import type { Asked } from './authorise.ts';
import { rotationNote } from './rotation-note.ts';

export type CommandParts = {
  readonly replica: Replica;
  readonly execute: Execute;
  readonly prepare: (salted: SaltedValue | null) => Prepare;
  /** Completes what follows a command, such as destroying keys; what it cannot complete now, which is a Left, it does later. */
  readonly tidy: () => Promise<Either<unknown, unknown>>;
};

/** In whoever's name. @param salted the value of a write, null with everything else */
export type CarryOut = (origin: Origin, command: AdminCommand, salted: SaltedValue | null) => Promise<Either<Refusal, Done>>;

/** @param enclosed the value of a write, null with everything else */
export type Commands = (asked: Asked, enclosed: Enclosed | null) => Promise<Either<Refusal, Done>>;

/** The value of a write, if it is the one that was signed. */
const enclosedValue = (digest: Digest, enclosed: Enclosed | null): Either<Refusal, SaltedValue> => {
  if (enclosed === null) return left(refuse('malformed', 'no value'));
  const salted = { salt: fromBase64(enclosed.salt), value: fromBase64(enclosed.value) };
  if (salted.value.length > VALUE_BYTES_MAX) return left(refuse('too_large'));
  return equalText(valueDigest(salted.salt, salted.value), digest) ? right(salted) : left(refuse('digest_mismatch'));
};

/** Carried out by an admin's word alone, these have something that must follow before the answer. */
const isFollowed = (operation: string): boolean => ['secret.delete', 'namespace.delete', 'namespace.rotate', 'key.rotate'].includes(operation);

const FOLLOW_LIMIT_MS = 5_000;

const notes: Readonly<Record<string, string>> = {
  'secret.delete':
    'its key is destroyed. copies of the broker\'s disk from before stay readable with the operator key of now: `jetlock key rotate` ends that',
  'namespace.delete':
    'its keys are destroyed. copies of the broker\'s disk from before stay readable with the operator key of now: `jetlock key rotate` ends that',
};

/** Whether it was completed in time. */
const inTime = async (task: Promise<Either<unknown, unknown>>): Promise<boolean> => {
  const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), FOLLOW_LIMIT_MS).unref());
  const ended = await Promise.race([task, late]);
  return ended !== 'late' && !isLeft(ended);
};

export const makeCarryOut =
  ({ replica, execute, prepare, tidy }: CommandParts): CarryOut =>
  async (origin, command, salted) => {
    const executed = await execute(origin, prepare(salted));
    if (isLeft(executed)) return executed;
    const isComplete = !isFollowed(command.operation) || (await inTime(tidy()));
    return right(done(replica, command, executed.right, isComplete));
  };

/** A repeated command gets the version that its first run made, by the place of that in the log. */
const versionOf = ({ fold }: Replica, command: AdminCommand, { seq }: Executed): number | null => {
  if (command.operation !== 'secret.write' && command.operation !== 'secret.rollback') return null;
  const versions = fold.world.secrets.get(command.path)?.versions ?? [];
  return (versions.find((version) => version.seq === seq) ?? versions.at(-1))?.version ?? null;
};

const UNFINISHED = 'it counts from now on, but the old keys are not destroyed yet: the service tries again by itself, also after a restart';

/** Nothing to be told of a repeated command: its first run told it, and the read models do. */
const noteOn = (replica: Replica, command: AdminCommand, { events }: Executed, isComplete: boolean): string | null => {
  if (!isComplete) return UNFINISHED;
  const written = events.find((event) => event.type === 'SecretWritten');
  if (written !== undefined) return mismatchNote(written.checks);
  return command.operation === 'key.rotate' ? rotationNote(replica, command) : (notes[command.operation] ?? null);
};

const done = (replica: Replica, command: AdminCommand, executed: Executed, isComplete: boolean): Done => {
  const version = versionOf(replica, command, executed);
  return {
    changed: executed.seq > 0,
    seq: sure(Sequence, executed.seq),
    version: version === null ? null : sure(Version, version),
    note: noteOn(replica, command, executed, isComplete),
  };
};

/** A signed command, from its codec to its outcome; the value that comes with it is the one that was signed, or it is refused. */
export const makeCommands =
  (carryOut: CarryOut): Commands =>
  async ({ command, signed }, enclosed) => {
    const decoded = decodeAs(AdminCommand, command);
    if (isLeft(decoded)) return decoded;
    if (decoded.right.operation !== 'secret.write') return carryOut({ by: 'admin', ...signed }, decoded.right, null);
    const salted = enclosedValue(decoded.right.digest, enclosed);
    return isLeft(salted) ? salted : carryOut({ by: 'admin', ...signed }, decoded.right, salted.right);
  };
