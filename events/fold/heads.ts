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
};

export const makeHeads = (start: Digest): Heads => {
  const kept = new Map<number, Digest>([[0, start]]);
  // In the order in which they came, the oldest at `next` once the ring is full: a map finds its first entry slowly after many went.
  const order: number[] = [0];
  let next = 0;
  let current: Head = { seq: 0 as Sequence, hash: start };
  let forgotten = -1;
  const remember = (seq: number): void => {
    if (order.length < KEPT) return void order.push(seq);
    forgotten = order[next] ?? forgotten;
    kept.delete(forgotten);
    order[next] = seq;
    next = (next + 1) % KEPT;
  };
  return {
    current: () => current,
    push: (seq, hash) => {
      current = { seq: seq as Sequence, hash };
      kept.set(seq, hash);
      remember(seq);
    },
    compare: ({ seq, hash }) => (seq <= forgotten ? 'old' : kept.get(seq) === hash ? 'same' : 'other'),
    at: (seq) => kept.get(seq),
  };
};
