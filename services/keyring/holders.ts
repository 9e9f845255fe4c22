/** Which data directories hold the operator's key: each tells so now and then, in the bucket of keys. */
import { isLeft, right, type Either } from 'fp-ts/lib/Either.js';
import type { Id } from '../../events/vocabulary.ts';
import type { Failure } from '../failure.ts';
import type { Holder, KeyStore } from './key-store.ts';

export type Holders = {
  /** Tells that this directory has the key; how many others have told so in the last 30 days. */
  readonly others: () => Promise<Either<Failure, number>>;
};

const HOUR_MS = 60 * 60 * 1000;
/** A directory that was not in use for so long does not keep the key from being replaced. */
const REMEMBERED_MS = 30 * 24 * HOUR_MS;

export const makeHolders = (store: KeyStore, directory: Id): Holders => ({
  others: async () => {
    const known = await store.holders();
    if (isLeft(known)) return known;
    const now = Date.now();
    const { list, revision } = known.right;
    const others = list.filter(({ id, seen }) => id !== directory && seen > now - REMEMBERED_MS);
    const isTold = list.some(({ id, seen }) => id === directory && seen > now - HOUR_MS);
    const own: Holder = { id: directory, seen: now };
    const told = isTold ? right(undefined) : await store.hold([...others, own], revision);
    return isLeft(told) ? told : right(others.length);
  },
});
