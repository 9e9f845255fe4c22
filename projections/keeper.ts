/** Keeps the store as the read models in memory are: the steps, of which one runs at a time. */
import { isLeft, right, type Either } from 'fp-ts/lib/Either.js';
import type { Unavailable } from '../events/log/log.ts';
import { ProjectionView } from '../protocol/views.ts';
import { checkpointsOf, type Hashing } from './checkpoints.ts';
import type { Deposed, Mirror, Wish } from './mirror.ts';
import type { Spot } from './models.ts';
import type { ProjectionName } from './projection.ts';
import type { Session } from './session.ts';
import { encodeEntry } from './text.ts';

/** The sequence whose state the store holds, for those who wait for it on other replicas. */
export const WRITTEN = 'written';

/** What changes with every read is written every few seconds. */
const WITH_READS: ReadonlyArray<ProjectionName> = ['usage', 'audit'];

export type Failing = Unavailable | Deposed;
type Done = Promise<Either<Failing, void>>;

export type Keeper = {
  /** Compares everything, and writes what differs. */
  readonly reconcile: () => Done;
  /** Writes what changed; of what changes with every read only if asked. */
  readonly flush: (withUsage: boolean) => Done;
  /** Writes all that changed, and checkpoints over all that is there. */
  readonly settle: () => Done;
  /** How the store stands to the read models of a session, which come to be at rest for it; what changed counts as taken. */
  readonly compare: (session: Session) => Promise<Either<Failing, Standing>>;
  /** Writes what differed at a standing, and checkpoints over it: what changed later is still to be written. */
  readonly accept: (standing: Standing) => Done;
  /** Whether anything was written since the last checkpoint. */
  readonly isUnsettled: () => boolean;
  readonly written: () => number;
};

export type KeeperParts = {
  readonly session: () => Session;
  readonly mirror: Mirror;
  readonly newHashing: () => Hashing;
  /** The store holds the state of `written` now. */
  readonly onWritten: () => void;
};

/** `told`: the last sequence that the store's own word of it has. */
type State = KeeperParts & { written: number; told: number; unsettled: boolean };
/** The read models at one sequence: what is said of them, and which entries the store has otherwise. */
export type Standing = { readonly seq: number; readonly checkpoints: ReadonlyArray<ProjectionView>; readonly differing: ReadonlyArray<Spot> };

const all = (): boolean => true;

const compare = ({ mirror, newHashing }: State, session: Session): Promise<Either<Failing, Standing>> =>
  session.atRest(async () => {
    const seq = session.applied();
    session.takeChanged(all);
    const differing = await mirror.compare(session.models);
    return isLeft(differing) ? differing : right({ seq, differing: differing.right, checkpoints: await checkpointsOf(session.models, seq, newHashing) });
  });

const tell = async (state: State, seq: number): Done => {
  if (state.told === seq) return right(undefined);
  const done = await state.mirror.write([{ bucket: 'checkpoints', key: WRITTEN, value: () => JSON.stringify({ seq }) }]);
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

/** The text of now, whatever changes while it is written. */
const asNow = ({ models }: Session, spots: ReadonlyArray<Spot>): ReadonlyArray<Wish> =>
  spots.filter(models.isHeld).map((spot) => {
    const text = models.encoded(spot);
    return { ...spot, value: () => text };
  });

const writeTaken = async (state: State, session: Session, seq: number, wishes: ReadonlyArray<Wish>, spots: ReadonlyArray<Spot>): Done => {
  const done = await write(state, seq, wishes);
  if (isLeft(done)) session.giveBack(spots);
  else for (const spot of spots) session.models.stored(spot);
  return done;
};

const flush = (state: State, withUsage: boolean): Done => {
  const session = state.session();
  const spots = session.takeChanged((bucket) => withUsage || !WITH_READS.includes(bucket));
  return writeTaken(state, session, session.applied(), asNow(session, spots), spots);
};

const checkpoint = async (state: State, views: ReadonlyArray<ProjectionView>): Done => {
  const wishes = views.map((view) => ({ bucket: 'checkpoints' as const, key: view.projection, value: () => encodeEntry(ProjectionView, view) }));
  const done = await state.mirror.write(wishes);
  if (!isLeft(done)) state.unsettled = false;
  return done;
};

const settle = async (state: State): Done => {
  const session = state.session();
  const { seq, spots, wishes, views } = await session.atRest(async () => {
    const [seq, spots] = [session.applied(), session.takeChanged(all)];
    return { seq, spots, wishes: asNow(session, spots), views: await checkpointsOf(session.models, seq, state.newHashing) };
  });
  const done = await writeTaken(state, session, seq, wishes, spots);
  return isLeft(done) ? done : checkpoint(state, views);
};

/** Of many entries the text is made when each is written: by then it may say more than it did, and is written once more. */
const accept = async (state: State, { seq, differing, checkpoints }: Standing): Done => {
  const { models } = state.session();
  const held = differing.filter(models.isHeld);
  const done = await write(state, seq, held.map((spot) => ({ ...spot, value: () => models.encoded(spot) })));
  if (isLeft(done)) return done;
  for (const spot of held) models.stored(spot);
  return checkpoint(state, checkpoints);
};

const reconcile = async (state: State): Done => {
  const standing = await compare(state, state.session());
  return isLeft(standing) ? standing : accept(state, standing.right);
};

export const makeKeeper = (parts: KeeperParts): Keeper => {
  const state: State = { ...parts, written: -1, told: -1, unsettled: false };
  return {
    reconcile: () => reconcile(state),
    compare: (session) => compare(state, session),
    accept: (standing) => accept(state, standing),
    flush: (withUsage) => flush(state, withUsage),
    settle: () => settle(state),
    isUnsettled: () => state.unsettled,
    written: () => state.written,
  };
};
