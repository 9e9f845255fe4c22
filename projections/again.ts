/** Folding again from the first message, held against what the store has. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import type { Failing, Standing } from './keeper.ts';
import { lookForBlocks } from './look.ts';
import { isKeeping, noteFailure, notNow, poke, stop, type NotNow, type State } from './projector.ts';
import { openSession, type Session, type SessionEnd } from './session.ts';

/** What is named of it fits into one message, however much is wrong. */
const NAMED_MAX = 100;

/** `different`: how many entries. `differing`: the first of them, bucket and key, as `catalog billing.KEY`. */
export type Verified = { readonly identical: boolean; readonly compared: number; readonly different: number; readonly differing: ReadonlyArray<string> };
/** `identical`: whether the store held the very bytes already. `events`: messages that were folded. */
export type Rebuilt = { readonly identical: boolean; readonly entries: number; readonly events: number };

type Read = { readonly session: Session; readonly standing: Either<Failing, Standing> };
type Again = { readonly session: Session; readonly standing: Standing };

/** Does not begin again before it has ended: behind the log that is being read each answer takes long. */
const looker = (state: State, session: Session): (() => Promise<void>) => {
  let isLooking = false;
  return async () => {
    if (isLooking) return;
    isLooking = true;
    await lookForBlocks(state.store, session);
    isLooking = false;
  };
};

/** A new session, once it has come to the sequence and was compared there, or why it did not; what it reads later is held until then. */
const readTo = async (state: State, seq: number): Promise<Either<SessionEnd | null, Read>> => {
  let tellEnd: (why: SessionEnd | null) => void = () => undefined;
  const ended = new Promise<SessionEnd | null>((resolve) => (tellEnd = resolve));
  // Whoever stops waits for what is done here, and a log that cannot be read any more is never read to its end.
  const ifStopped = (): void => (state.stopped === undefined ? undefined : tellEnd(state.stopped.why));
  state.listeners.add(ifStopped);
  ifStopped();
  const onEnd = (why: SessionEnd) => (state.session === session ? void stop(state, why) : tellEnd(why));
  const session = await openSession({ ...state.parts, onState: () => poke(state), onEnd });
  const standings = new Promise<Either<Failing, Standing>>((resolve, reject) =>
    session.at(seq, () => {
      // A comparison comes to its end, and still needs the lease.
      state.listeners.delete(ifStopped);
      if (state.stopped === undefined) void state.keeper.compare(session).then(resolve, reject);
    }),
  );
  // As it reads: what the store has of the audit log is not held in memory until the end.
  const look = looker(state, session);
  const looking = setInterval(() => void look(), state.pace.usageMs);
  const read = await Promise.race([standings.then((standing) => right({ session, standing })), ended.then((why) => left(why))]);
  clearInterval(looking);
  state.listeners.delete(ifStopped);
  if (isLeft(read)) await session.close();
  return read;
};

const again = async (state: State): Promise<Either<NotNow, Again>> => {
  if (!isKeeping(state)) return left(notNow(state));
  const flushed = await state.keeper.flush(true);
  if (noteFailure(state, flushed)) return left(notNow(state, flushed.left));
  const read = await readTo(state, state.keeper.written());
  if (isLeft(read)) return left({ _tag: 'stopped', why: read.left });
  const { session, standing } = read.right;
  if (!noteFailure(state, standing)) return right({ session, standing: standing.right });
  await session.close();
  return left(notNow(state, standing.left));
};

const sizeOf = ({ checkpoints }: Standing): number => checkpoints.reduce((sum, { entries }) => sum + entries, 0);

/** Must not run beside a step of the keeper: the store has to stay at one sequence. */
export const verify = async (state: State): Promise<Either<NotNow, Verified>> => {
  const read = await again(state);
  if (isLeft(read)) return read;
  const { session, standing } = read.right;
  const { differing } = standing;
  await session.close();
  return right({
    identical: differing.length === 0,
    compared: sizeOf(standing),
    different: differing.length,
    differing: differing.slice(0, NAMED_MAX).map(({ bucket, key }) => `${bucket} ${key}`),
  });
};

/**
 * The session that was read again goes on in place of the one before: whatever was wrong with its memory is over. Must not run
 * beside a step of the keeper.
 */
export const rebuild = async (state: State): Promise<Either<NotNow, Rebuilt>> => {
  const read = await again(state);
  if (isLeft(read)) return read;
  const { session, standing } = read.right;
  // Who stopped meanwhile has closed the session of before, and closes no other.
  if (state.stopped !== undefined) {
    await session.close();
    return left(notNow(state));
  }
  const { session: before, term } = state;
  state.session = session;
  await before.close();
  session.join();
  const accepted = await state.keeper.accept(standing);
  if (!noteFailure(state, accepted)) return right({ identical: standing.differing.length === 0, entries: sizeOf(standing), events: standing.seq });
  // What was not written is found by the comparison that comes next; who lost the lease begins anew.
  if (state.term === term) state.phase = 'comparing';
  return left(notNow(state, accepted.left));
};
