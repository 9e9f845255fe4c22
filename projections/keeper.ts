/** Keeps the store as the read models in memory are: the steps, of which one runs at a time. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import type { Unavailable } from '../events/log/log.ts';
import { ProjectionView } from '../protocol/views.ts';
import type { Spot } from './models.ts';
import type { Deposed, Mirror, Wish } from './mirror.ts';
import type { Session } from './session.ts';
import { checkpointsOf, snapshotOf, type Snapshot } from './snapshot.ts';
import { encodeEntry } from './text.ts';

/** The sequence whose state the store holds, for those who wait for it on other replicas. */
export const WRITTEN = 'written';

export type Failing = Unavailable | Deposed;
type Done = Promise<Either<Failing, void>>;

export type Keeper = {
  /** Compares everything, and writes what differs. */
  readonly reconcile: () => Done;
  /** Writes what changed; of what is counted only if asked, since it changes with every read. */
  readonly flush: (withUsage: boolean) => Done;
  /** Writes all that changed, and checkpoints over all that is there. */
  readonly settle: () => Promise<Either<Failing, { readonly seq: number }>>;
  /** Writes what differed at a standing, and checkpoints over it: what changed later is still to be written. */
  readonly accept: (standing: Standing, differing: ReadonlyArray<Wish>) => Done;
  /** Whether anything was written since the last checkpoint. */
  readonly isUnsettled: () => boolean;
  readonly written: () => number;
};

export type KeeperParts = {
  readonly session: () => Session;
  readonly mirror: Mirror;
  readonly hash: (bytes: Uint8Array) => string;
  /** The store holds the state of `written` now. */
  readonly onWritten: () => void;
};

/** `told`: the last sequence that the store's own word of it has. */
type State = KeeperParts & { written: number; told: number; unsettled: boolean };
/** Everything as it is at one sequence. */
export type Standing = { readonly seq: number; readonly spots: ReadonlyArray<Spot>; readonly snapshot: Snapshot };

const all = (): boolean => true;

/** What changed counts as taken. */
export const standingOf = (session: Session): Promise<Standing> =>
  session.atRest(async () => ({ seq: session.applied(), spots: session.takeChanged(all), snapshot: await snapshotOf(session.models) }));

const tell = async (state: State, seq: number): Done => {
  if (state.told === seq) return right(undefined);
  const done = await state.mirror.write([{ bucket: 'checkpoints', key: WRITTEN, value: JSON.stringify({ seq }) }]);
  if (!isLeft(done)) state.told = seq;
  return done;
};

/** Entries first, then the word that they are there. */
const write = async (state: State, seq: number, wishes: ReadonlyArray<Wish>): Done => {
  const done = await state.mirror.write(wishes);
  if (isLeft(done)) return done;
  // Who waits for more than there is would ask for it again at once, and let nothing else happen.
  const isNews = seq !== state.written || wishes.length > 0;
  state.written = seq;
  state.unsettled ||= wishes.length > 0;
  if (isNews) state.onWritten();
  return tell(state, seq);
};

const writeSpots = async (state: State, session: Session, seq: number, spots: ReadonlyArray<Spot>, textOf: (spot: Spot) => string | undefined): Done => {
  const done = await write(state, seq, spots.map((spot) => ({ ...spot, value: textOf(spot) })));
  if (isLeft(done)) session.giveBack(spots);
  return done;
};

const flush = (state: State, withUsage: boolean): Done => {
  const session = state.session();
  const spots = session.takeChanged((bucket) => withUsage || bucket !== 'usage');
  return writeSpots(state, session, session.applied(), spots, session.models.encoded);
};

const checkpoint = async (state: State, { seq, snapshot }: Standing): Promise<Either<Failing, { readonly seq: number }>> => {
  const views = checkpointsOf(snapshot, seq, state.hash);
  const wishes = views.map((view) => ({ bucket: 'checkpoints' as const, key: view.projection, value: encodeEntry(ProjectionView, view) }));
  const done = await state.mirror.write(wishes);
  if (isLeft(done)) return done;
  state.unsettled = false;
  return right({ seq });
};

const settle = async (state: State): Promise<Either<Failing, { readonly seq: number }>> => {
  const session = state.session();
  const standing = await standingOf(session);
  const { seq, spots, snapshot } = standing;
  const done = await writeSpots(state, session, seq, spots, ({ bucket, key }) => snapshot.get(bucket)?.get(key));
  return isLeft(done) ? done : checkpoint(state, standing);
};

const accept = async (state: State, standing: Standing, differing: ReadonlyArray<Wish>): Done => {
  const done = await write(state, standing.seq, differing);
  if (isLeft(done)) return done;
  const settled = await checkpoint(state, standing);
  return isLeft(settled) ? left(settled.left) : right(undefined);
};

const reconcile = async (state: State): Done => {
  const standing = await standingOf(state.session());
  const differing = await state.mirror.compare(standing.snapshot);
  return isLeft(differing) ? differing : accept(state, standing, differing.right);
};

export const makeKeeper = (parts: KeeperParts): Keeper => {
  const state: State = { ...parts, written: -1, told: -1, unsettled: false };
  return {
    reconcile: () => reconcile(state),
    accept: (standing, differing) => accept(state, standing, differing),
    flush: (withUsage) => flush(state, withUsage),
    settle: () => settle(state),
    isUnsettled: () => state.unsettled,
    written: () => state.written,
  };
};
