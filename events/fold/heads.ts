/** The rolling hash of the accepted state messages, and its last values: what writers say they had folded is held against it. */
import type { Head } from '../record.ts';
import type { Digest, Sequence } from '../vocabulary.ts';

/** More than honest writers can fall behind in the 30 s that their clocks are given. */
export const KEPT = 16_384;

export type Heads = {
  readonly current: () => Head;
  readonly push: (seq: number, hash: Digest) => void;
  /** `old`: too far back to tell. */
  readonly compare: (head: Head) => 'same' | 'other' | 'old';
  readonly at: (seq: number) => Digest | undefined;
  /** Those that are kept, the oldest first, and the last one that is not. */
  readonly kept: () => { readonly heads: Head[]; readonly forgotten: number };
};

/** @param saved what was kept before; none at the beginning of a log, where the rolling hash is `start` */
export const makeHeads = (start: Digest, saved: ReturnType<Heads['kept']> = { heads: [], forgotten: -1 }): Heads => {
  const kept = new Map<number, Digest>();
  // In the order in which they came, the oldest at `next` once the ring is full: a map finds its first entry slowly after many went.
  const ring: Head[] = [];
  let next = 0;
  let current: Head = { seq: 0 as Sequence, hash: start };
  let { forgotten } = saved;
  const push = (head: Head): void => {
    current = head;
    kept.set(head.seq, head.hash);
    const oldest = ring[next];
    if (ring.length === KEPT && oldest !== undefined) {
      forgotten = oldest.seq;
      kept.delete(forgotten);
    }
    ring[next] = head;
    next = (next + 1) % KEPT;
  };
  for (const head of saved.heads.length === 0 ? [current] : saved.heads) push(head);
  return {
    current: () => current,
    push: (seq, hash) => push({ seq: seq as Sequence, hash }),
    compare: ({ seq, hash }) => (seq <= forgotten ? 'old' : kept.get(seq) === hash ? 'same' : 'other'),
    at: (seq) => kept.get(seq),
    kept: () => ({ heads: ring.length < KEPT ? [...ring] : [...ring.slice(next), ...ring.slice(0, next)], forgotten }),
  };
};
