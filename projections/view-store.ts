/** The port to where read models are kept: named entries of text in buckets, each changed by compare-and-set. */
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Conflict, Unavailable } from '../events/log/log.ts';
import type { ProjectionName } from './projection.ts';

/** `checkpoints`: how far the read models are, and who keeps them. */
export type Bucket = ProjectionName | 'checkpoints';

/** What stands under a key. The revision is that of the last change, also of one that took the value away; 0 if there was none. */
export type Slot = { readonly value: string | null; readonly revision: number };
export type Entry = { readonly key: string; readonly value: string; readonly revision: number };

/** Which entries are wanted. */
export type Wanted = {
  /** A pattern of keys, as of subjects: `*` stands for one token, `>` at the end for one or more. */
  readonly keys?: string;
  /** Keys that are not wanted after all are never fetched. */
  readonly where?: (key: string) => boolean;
};

/**
 * Every answer is the leader's: what was acknowledged before is seen. Nothing is done where the revision is another one; a
 * conflict may also be with the same change, whose acknowledgement was lost.
 */
export type ViewStore = {
  readonly get: (bucket: Bucket, key: string) => TaskEither<Unavailable, Slot>;
  /** @returns the new revision */
  readonly put: (bucket: Bucket, key: string, value: string, revision: number) => TaskEither<Conflict | Unavailable, number>;
  /** @param revision at least 1 */
  readonly delete: (bucket: Bucket, key: string, revision: number) => TaskEither<Conflict | Unavailable, void>;
  /** In the order of keys. Each entry is as it was at some moment of the call, not all at the same. */
  readonly entries: (bucket: Bucket, wanted?: Wanted) => TaskEither<Unavailable, ReadonlyArray<Entry>>;
  /**
   * All of a bucket without holding it in memory, in any order; a key can come again as it was changed meanwhile, or taken away.
   * @param begin called once more where everything comes again from the beginning
   */
  readonly each: (bucket: Bucket, begin: () => (key: string, slot: Slot) => void) => TaskEither<Unavailable, void>;
};
