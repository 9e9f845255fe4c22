/** Which messages a writer had accepted, found from the one hash that it names. */
import type { Digest } from '../events/vocabulary.ts';
import { type Candidate, extended, type Node, standing } from './chain.ts';

/** Hashes that one search may cost, and messages that it may span: an intruder decides how many there are. */
export const HASHES_MAX = 20_000;
const GAP_MAX = 1_000;

/** What is left to spend; searching takes from it. */
export type Budget = { hashes: number };

type Search = {
  readonly gap: ReadonlyArray<Candidate>;
  readonly last: Candidate;
  readonly hash: Digest;
  readonly usual: (one: Candidate) => boolean;
  readonly budget: Budget;
};

/** The history with the message in it; none if the message itself names another history. */
const added = ({ budget }: Search, node: Node, candidate: Candidate): Node | undefined => {
  budget.hashes -= 1;
  return candidate.claim === undefined || standing(node, candidate.claim) !== 'other' ? extended(node, candidate) : undefined;
};

const ended = (search: Search, node: Node): Node | undefined => {
  const end = added(search, node, search.last);
  return end?.hash === search.hash ? end : undefined;
};

/** Takes what is usual of the gap from `at` on, with exactly that many exceptions. */
const tried = (search: Search, at: number, node: Node, exceptions: number): Node | undefined => {
  const candidate = search.gap[at];
  if (search.budget.hashes <= 0) return undefined;
  if (candidate === undefined) return exceptions === 0 ? ended(search, node) : undefined;
  const taken = search.usual(candidate);
  const next = (take: boolean): Node => (take ? added(search, node, candidate) : undefined) ?? node;
  return (
    tried(search, at + 1, next(taken), exceptions) ??
    (exceptions > 0 ? tried(search, at + 1, next(!taken), exceptions - 1) : undefined)
  );
};

/**
 * The history that a hash names: which of `gap` stand between `base` and `last`. The fewest exceptions are tried first, from
 * everything without fault, from what is signed, and from nothing.
 * @returns undefined if there is none, or the budget was spent before it was found
 */
export const searchHistory = (base: Node, gap: ReadonlyArray<Candidate>, last: Candidate, hash: Digest, budget: Budget): Node | undefined => {
  if (gap.length > GAP_MAX) return undefined;
  const usuals = [({ fault }: Candidate) => fault === undefined, ({ anchor }: Candidate) => anchor, () => false];
  for (let exceptions = 0; exceptions <= gap.length && budget.hashes > 0; exceptions += 1)
    for (const usual of usuals) {
      const found = tried({ gap, last, hash, usual, budget }, 0, base, exceptions);
      if (found !== undefined) return found;
    }
  return undefined;
};
