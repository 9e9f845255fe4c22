/** Folding again from the first message, held against what the store has. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { standingOf } from './keeper.ts';
import type { Wish } from './mirror.ts';
import { isKeeping, notNow, poke, stop, type NotNow, type State } from './projector.ts';
import { openSession, type Session, type SessionEnd } from './session.ts';
import { sizeOf, type Snapshot } from './snapshot.ts';

/** `differing`: bucket and key, as `catalog billing.KEY`. */
export type Verified = { readonly identical: boolean; readonly compared: number; readonly differing: ReadonlyArray<string> };
/** `identical`: whether the store held the very bytes already. `events`: messages that were folded. */
export type Rebuilt = { readonly identical: boolean; readonly entries: number; readonly events: number };

type Read = { readonly session: Session; readonly snapshot: Snapshot };
type Again = Read & { readonly differing: ReadonlyArray<Wish>; readonly seq: number };

/** A new session, once it has come to the sequence, or why it did not; what it reads later is held until the entries are taken. */
const readTo = async (state: State, seq: number): Promise<Either<SessionEnd, Read>> => {
  let tellEnd: (why: SessionEnd) => void = () => undefined;
  const ended = new Promise<SessionEnd>((resolve) => (tellEnd = resolve));
  const onEnd = (why: SessionEnd) => (state.session === session ? void stop(state, why) : tellEnd(why));
  const session = await openSession({ ...state.parts, onState: () => poke(state), onEnd });
  const standing = new Promise<Snapshot>((resolve, reject) =>
    session.at(seq, () => void standingOf(session).then(({ snapshot }) => resolve(snapshot), reject)),
  );
  const read = await Promise.race([standing.then((snapshot) => right({ session, snapshot })), ended.then((why) => left(why))]);
  if (isLeft(read)) await session.close();
  return read;
};

const again = async (state: State): Promise<Either<NotNow, Again>> => {
  if (!isKeeping(state)) return left(notNow(state));
  const settled = await state.keeper.settle();
  if (isLeft(settled)) return left(notNow(state, settled.left));
  const { seq } = settled.right;
  const read = await readTo(state, seq);
  if (isLeft(read)) return left({ _tag: 'stopped', why: read.left });
  const differing = await state.mirror.compare(read.right.snapshot);
  if (!isLeft(differing)) return right({ ...read.right, seq, differing: differing.right });
  await read.right.session.close();
  return left(notNow(state, differing.left));
};

/** Must not run beside a step of the keeper: the store has to stay at one sequence. */
export const verify = async (state: State): Promise<Either<NotNow, Verified>> => {
  const read = await again(state);
  if (isLeft(read)) return read;
  const { session, snapshot, differing } = read.right;
  await session.close();
  return right({
    identical: differing.length === 0,
    compared: sizeOf(snapshot),
    differing: differing.map(({ bucket, key }) => `${bucket} ${key}`),
  });
};

/**
 * The session that was read again goes on in place of the one before: whatever was wrong with its memory is over. Must not run
 * beside a step of the keeper.
 */
export const rebuild = async (state: State): Promise<Either<NotNow, Rebuilt>> => {
  const read = await again(state);
  if (isLeft(read)) return read;
  const { session, snapshot, differing, seq } = read.right;
  const before = state.session;
  state.session = session;
  await before.close();
  const written = await state.mirror.write(differing);
  const settled = isLeft(written) ? written : await state.keeper.settle();
  if (!isLeft(settled)) return right({ identical: differing.length === 0, entries: sizeOf(snapshot), events: seq });
  // What was not written is found by the comparison that comes next.
  state.phase = 'comparing';
  return left(notNow(state, settled.left));
};
