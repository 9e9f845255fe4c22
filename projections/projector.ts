/** The life of a projector: when it writes, what it does after a failure, and how it stops. */
import { isLeft, type Either, type Left } from 'fp-ts/lib/Either.js';
import type { Unavailable } from '../events/log/log.ts';
import type { ReplicaId } from '../events/vocabulary.ts';
import type { Exclusive } from './exclusive.ts';
import type { Failing, Keeper } from './keeper.ts';
import type { Lease } from './lease.ts';
import { lookForBlocks } from './look.ts';
import type { Mirror } from './mirror.ts';
import type { Session, SessionEnd, SessionParts } from './session.ts';
import type { ViewStore } from './view-store.ts';

/** Times in milliseconds. */
export type Pace = {
  /** How long a lease lasts without being renewed: how long read models stand still when their projector dies. */
  readonly leaseMs: number;
  /** How often it is renewed, and what failed is tried again. */
  readonly renewMs: number;
  /** How often counts of reads are written. */
  readonly usageMs: number;
  /** How often checkpoints are written, if anything changed. */
  readonly checkpointMs: number;
};

/** Why a question was not answered. `standby`: ask the holder. `stopped`: it was closed, or cannot go on. */
export type NotNow =
  | Unavailable
  | { readonly _tag: 'standby'; readonly holder: ReplicaId | null }
  | { readonly _tag: 'stopped'; readonly why: SessionEnd | null };

type Due = 'state' | 'usage' | 'checkpoint';

export type State = {
  readonly parts: Pick<SessionParts, 'log' | 'subjects' | 'crypto' | 'loadKey' | 'verdicts' | 'digestOf' | 'onApplied'>;
  readonly store: ViewStore;
  readonly pace: Pace;
  readonly onFailure: (failure: SessionEnd | Unavailable) => void;
  /** The keeper's steps, and everything that must not see one half done. */
  readonly exclusive: Exclusive;
  readonly lease: Lease;
  readonly mirror: Mirror;
  readonly keeper: Keeper;
  /** Told whenever something was written, and at a stop. */
  readonly listeners: Set<() => void>;
  readonly timers: NodeJS.Timeout[];
  session: Session;
  /** Counts up whenever the lease is taken or lost. */
  term: number;
  /**
   * With the lease: `reading` up to what was the head when it was taken, so that the store never goes back; then `comparing`
   * memory with all that the store has; then `keeping` it.
   */
  phase: 'standby' | 'reading' | 'comparing' | 'keeping';
  stopped: { readonly why: SessionEnd | null } | undefined;
  renewing: boolean;
  failing: boolean;
  /** Steps that wait to begin: what changes till then is in them. */
  readonly queued: Set<Due>;
};

const mayWrite = ({ phase, lease }: State): boolean => phase === 'keeping' && lease.isHeld();
export const isKeeping = (state: State): boolean => state.stopped === undefined && mayWrite(state);

export const notNow = ({ stopped, lease }: State, failing?: Failing): NotNow => {
  if (stopped !== undefined) return { _tag: 'stopped', why: stopped.why };
  return failing?._tag === 'unavailable' ? failing : { _tag: 'standby', holder: lease.holder() };
};

const enter = (state: State, phase: 'standby' | 'reading'): void => {
  state.term += 1;
  state.phase = phase;
};

/** Remembers, and tells, what went wrong; whether anything did. Who was deposed begins anew, should it have the lease, or get it back. */
export const noteFailure = <A>(state: State, result: Either<Failing, A>): result is Left<Failing> => {
  const failure = isLeft(result) ? result.left : undefined;
  if (failure?._tag === 'deposed') enter(state, 'standby');
  if (failure?._tag === 'unavailable' && !state.failing) state.onFailure(failure);
  state.failing = failure?._tag === 'unavailable';
  return isLeft(result);
};

const readToHead = async (state: State): Promise<void> => {
  const { term } = state;
  const info = await state.parts.log.info()();
  if (noteFailure(state, info)) return;
  state.session.at(info.right.last, () => {
    if (state.term !== term || state.phase !== 'reading') return;
    state.phase = 'comparing';
    poke(state);
  });
};

const compare = async (state: State): Promise<void> => {
  const { term } = state;
  // What came of the lease meanwhile stays so.
  if (!noteFailure(state, await state.keeper.reconcile()) && state.term === term) state.phase = 'keeping';
};

const step = async (state: State, due: Due): Promise<void> => {
  const { lease, keeper } = state;
  if (due === 'usage' && !isKeeping(state)) await lookForBlocks(state.store, state.session);
  if (!lease.isHeld() || state.phase === 'standby') return;
  if (state.phase === 'reading') return readToHead(state);
  if (state.phase === 'comparing') return compare(state);
  if (due !== 'checkpoint') noteFailure(state, await keeper.flush(due === 'usage'));
  else if (keeper.isUnsettled()) noteFailure(state, await keeper.settle());
};

const inTurn = (state: State, due: Due): void => {
  if (state.stopped !== undefined || state.queued.has(due)) return;
  state.queued.add(due);
  void state.exclusive(async () => {
    state.queued.delete(due);
    if (state.stopped === undefined) await step(state, due);
  });
};

/** Has what changed written soon. */
export const poke = (state: State): void => inTurn(state, 'state');

export const renew = async (state: State): Promise<void> => {
  // While the store cannot be reached one question waits for it, not one more with every turn of the clock.
  if (state.renewing) return;
  state.renewing = true;
  const kept = await state.lease.keep();
  state.renewing = false;
  if (noteFailure(state, kept) || state.stopped !== undefined) return;
  const isIdle = state.phase === 'standby';
  // Ours and idle: that it was taken again was seen by whoever wrote an entry, and who saw it was deposed.
  if (kept.right === 'taken' || (kept.right === 'renewed' && isIdle)) enter(state, 'reading');
  if (kept.right === 'others' && !isIdle) enter(state, 'standby');
  poke(state);
};

export const startTimers = (state: State): void => {
  const { renewMs, usageMs, checkpointMs } = state.pace;
  state.timers.push(
    setInterval(() => void renew(state), renewMs),
    setInterval(() => inTurn(state, 'usage'), usageMs),
    setInterval(() => inTurn(state, 'checkpoint'), checkpointMs),
  );
};

/** Stops for good. What was folded before is true, and is written if it can be. */
export const stop = async (state: State, why: SessionEnd | null): Promise<void> => {
  if (state.stopped !== undefined) return;
  state.stopped = { why };
  if (why !== null) state.onFailure(why);
  for (const timer of state.timers) clearInterval(timer);
  for (const tell of state.listeners) tell();
  await state.session.close();
  await state.exclusive(async () => {
    if (mayWrite(state)) await state.keeper.settle();
    await state.lease.release();
  });
};
