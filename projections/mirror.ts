/** What the store holds, as far as this projector knows, and changing it to what it should hold. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import type { Conflict, Unavailable } from '../events/log/log.ts';
import { atOnce } from './at-once.ts';
import { PROJECTIONS, type ProjectionName } from './projection.ts';
import type { Snapshot } from './snapshot.ts';
import type { Bucket, Entry, ViewStore } from './view-store.ts';

const WRITES_AT_ONCE = 256;
const TRIES = 5;

/** An entry as it should be; undefined: not there. */
export type Wish = { readonly bucket: Bucket; readonly key: string; readonly value: string | undefined };
/** The lease was lost on the way, or an entry was changed by somebody else again and again. */
export type Deposed = { readonly _tag: 'deposed' };

export type Mirror = {
  /** Every entry that the store should have otherwise; remembers what it has. */
  readonly compare: (to: Snapshot) => Promise<Either<Unavailable | Deposed, ReadonlyArray<Wish>>>;
  /** Writes entries, one by one: each is whole, all of them together are not. */
  readonly write: (wishes: ReadonlyArray<Wish>) => Promise<Either<Unavailable | Deposed, void>>;
};

const differences = (bucket: ProjectionName, stored: ReadonlyArray<Entry>, wanted: ReadonlyMap<string, string>): ReadonlyArray<Wish> => {
  const values = new Map(stored.map(({ key, value }) => [key, value]));
  const missing = [...wanted].flatMap(([key, value]) => (values.get(key) === value ? [] : [{ bucket, key, value }]));
  const surplus = stored.flatMap(({ key }) => (wanted.has(key) ? [] : [{ bucket, key, value: undefined }]));
  return [...missing, ...surplus];
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

const remember = (state: State, { bucket, key }: Wish, revision: number | undefined): void => {
  if (revision === undefined) known(state, bucket).delete(key);
  else known(state, bucket).set(key, revision);
};

const change = async (state: State, wish: Wish): Promise<Either<Unavailable | Conflict, void>> => {
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
const lookAgain = async (state: State, wish: Wish): Promise<Either<Unavailable | Deposed, boolean>> => {
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

const fulfil = async (state: State, wish: Wish): Promise<Either<Unavailable | Deposed, void>> => {
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

const compare = async (state: State, to: Snapshot): Promise<Either<Unavailable | Deposed, ReadonlyArray<Wish>>> => {
  const wishes: Wish[] = [];
  for (const bucket of PROJECTIONS) {
    const stored = await state.store.entries(bucket)();
    if (isLeft(stored)) return stored;
    state.revisions.set(bucket, new Map(stored.right.map(({ key, revision }) => [key, revision])));
    wishes.push(...differences(bucket, stored.right, to.get(bucket) ?? new Map<string, string>()));
  }
  const ours = await state.isStillOurs();
  if (isLeft(ours)) return ours;
  return ours.right ? right(wishes) : left({ _tag: 'deposed' });
};

export const makeMirror = (store: ViewStore, isStillOurs: IsStillOurs): Mirror => {
  const state: State = { store, isStillOurs, revisions: new Map() };
  return {
    compare: (to) => compare(state, to),
    write: (wishes) => fulfilAll(state, wishes),
  };
};
