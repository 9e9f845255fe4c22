/** What the store holds, as far as this projector knows, and changing it to what it should hold. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import type { Conflict, Unavailable } from '../events/log/log.ts';
import { atOnce } from './at-once.ts';
import type { Models, Spot } from './models.ts';
import { PROJECTIONS, type ProjectionName } from './projection.ts';
import type { Bucket, Slot, ViewStore } from './view-store.ts';

const WRITES_AT_ONCE = 256;
const TRIES = 5;

/** An entry as it should be when it is written; undefined: not there. */
export type Wish = { readonly bucket: Bucket; readonly key: string; readonly value: () => string | undefined };
/** The lease was lost on the way, or an entry was changed by somebody else again and again. */
export type Deposed = { readonly _tag: 'deposed' };

export type Mirror = {
  /** Every entry that the store should have otherwise; remembers what it has. Nobody may change the models meanwhile. */
  readonly compare: (to: Models) => Promise<Either<Unavailable | Deposed, ReadonlyArray<Spot>>>;
  /** Writes entries, one by one: each is whole, all of them together are not. */
  readonly write: (wishes: ReadonlyArray<Wish>) => Promise<Either<Unavailable | Deposed, void>>;
};

/**
 * Asks the store whether the lease was ours all the time. Always asked after revisions were read and before they are written
 * on: so no revision of another projector's is ever taken for one that may be written over.
 */
type IsStillOurs = () => Promise<Either<Unavailable, boolean>>;

type State = {
  readonly store: ViewStore;
  readonly isStillOurs: IsStillOurs;
  /** The revision of every entry that is there. */
  readonly revisions: Map<Bucket, Map<string, number>>;
};

const known = ({ revisions }: State, bucket: Bucket): Map<string, number> => {
  const found = revisions.get(bucket) ?? new Map<string, number>();
  revisions.set(bucket, found);
  return found;
};

/** An entry as it is to be now. */
type Entry = { readonly bucket: Bucket; readonly key: string; readonly value: string | undefined };

const remember = (state: State, { bucket, key }: Entry, revision: number | undefined): void => {
  if (revision === undefined) known(state, bucket).delete(key);
  else known(state, bucket).set(key, revision);
};

const change = async (state: State, wish: Entry): Promise<Either<Unavailable | Conflict, void>> => {
  const { bucket, key, value } = wish;
  const revision = known(state, bucket).get(key) ?? 0;
  if (value === undefined && revision === 0) return right(undefined);
  const { store } = state;
  const done = value === undefined ? await store.delete(bucket, key, revision)() : await store.put(bucket, key, value, revision)();
  if (isLeft(done)) return done;
  remember(state, wish, done.right ?? undefined);
  return right(undefined);
};

/** Looks at an entry that is not as it was remembered; whether it is as it should be. */
const lookAgain = async (state: State, wish: Entry): Promise<Either<Unavailable | Deposed, boolean>> => {
  const slot = await state.store.get(wish.bucket, wish.key)();
  if (isLeft(slot)) return slot;
  const ours = await state.isStillOurs();
  if (isLeft(ours)) return ours;
  if (!ours.right) return left({ _tag: 'deposed' });
  const { value, revision } = slot.right;
  const isGone = value === null && wish.value === undefined;
  remember(state, wish, isGone ? undefined : revision);
  return right((value ?? undefined) === wish.value);
};

const fulfil = async (state: State, { value, ...spot }: Wish): Promise<Either<Unavailable | Deposed, void>> => {
  const wish = { ...spot, value: value() };
  for (let tries = 0; tries < TRIES; tries += 1) {
    const changed = await change(state, wish);
    if (!isLeft(changed)) return changed;
    if (changed.left._tag !== 'conflict') return left(changed.left);
    const isRight = await lookAgain(state, wish);
    if (isLeft(isRight)) return isRight;
    if (isRight.right) return right(undefined);
  }
  return left({ _tag: 'deposed' });
};

/** After a failure nothing more is tried: each would only wait for the same answer. */
const fulfilAll = async (state: State, wishes: ReadonlyArray<Wish>): Promise<Either<Unavailable | Deposed, void>> => {
  let outcome: Either<Unavailable | Deposed, void> = right(undefined);
  await atOnce(WRITES_AT_ONCE, wishes, async (wish) => {
    if (isLeft(outcome)) return;
    const done = await fulfil(state, wish);
    if (isLeft(done)) outcome = done;
  });
  return outcome;
};

/** The same under the very strings that the models have: those that came from the store take more than the numbers. */
const shared = (revisions: ReadonlyMap<string, number>, keys: Iterable<string>): Map<string, number> => {
  const same = new Map<string, number>();
  for (const key of keys) {
    const revision = revisions.get(key);
    if (revision !== undefined) same.set(key, revision);
  }
  for (const [key, revision] of revisions) if (!same.has(key)) same.set(key, revision);
  return same;
};

type Compared = { readonly differing: ReadonlySet<string>; readonly revisions: ReadonlyMap<string, number> };

/** Each entry is looked at as it comes: both sides as text would be several times what the entries take in memory. */
const compareBucket = async ({ store }: State, bucket: ProjectionName, to: Models): Promise<Either<Unavailable, Compared>> => {
  let differing = new Set<string>();
  let revisions = new Map<string, number>();
  const begin = () => {
    [differing, revisions] = [new Set(to.keys(bucket)), new Map<string, number>()];
    return (key: string, { value, revision }: Slot): void => {
      if (value === null) revisions.delete(key);
      else revisions.set(key, revision);
      if (to.isSame({ bucket, key }, value ?? undefined)) {
        differing.delete(key);
        if (value !== null) to.stored({ bucket, key });
      }
      else differing.add(key);
    };
  };
  const done = await store.each(bucket, begin)();
  return isLeft(done) ? done : right({ differing, revisions });
};

const compare = async (state: State, to: Models): Promise<Either<Unavailable | Deposed, ReadonlyArray<Spot>>> => {
  const spots: Spot[] = [];
  for (const bucket of PROJECTIONS) {
    const compared = await compareBucket(state, bucket, to);
    if (isLeft(compared)) return compared;
    const { differing, revisions } = compared.right;
    state.revisions.set(bucket, shared(revisions, to.keys(bucket)));
    for (const key of differing) spots.push({ bucket, key });
  }
  const ours = await state.isStillOurs();
  if (isLeft(ours)) return ours;
  return ours.right ? right(spots) : left({ _tag: 'deposed' });
};

export const makeMirror = (store: ViewStore, isStillOurs: IsStillOurs): Mirror => {
  const state: State = { store, isStillOurs, revisions: new Map() };
  return {
    compare: (to) => compare(state, to),
    write: (wishes) => fulfilAll(state, wishes),
  };
};
