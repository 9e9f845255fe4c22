/**
 * Which messages count, found without the log key. Whoever may publish on NATS can write a record that looks right, but an
 * accepted record is an honest one, and it names the head that its writer had folded: that hash settles everything before it.
 *
 * So one history is kept, the best attested one. It takes every message that could count, until a record names another head;
 * then the messages between are searched for the set that gives this head, and the better attested of the two histories goes
 * on. What no later record attests yet counts provisionally.
 */
import { KEPT } from '../events/fold/heads.ts';
import type { LogMessage } from '../events/log/log.ts';
import type { Head } from '../events/record.ts';
import type { Subjects } from '../events/subjects.ts';
import { makeCandidates } from './candidate.ts';
import { type Candidate, extended, type Fault, firstNode, type Node, nodeKey, outweighs, standing } from './chain.ts';
import { HASHES_MAX, searchHistory } from './search.ts';

/** `history`: it names a head that this log does not have. `unaccepted`: writers after it had folded the log without it. */
export type Excluded = Fault | 'history' | 'unaccepted';

/** What later records say of one message. */
export type Judgement = { readonly excluded: Excluded | undefined; readonly badlySigned: boolean };

export type Resolver = {
  /** Takes every message of the log, in order. */
  readonly add: (message: LogMessage) => void;
  /** The messages so far that do not count, by sequence. What an admin signed first is never among them. */
  readonly excluded: () => ReadonlyMap<number, Excluded>;
  /** Whether a record that could count says that an admin signed it, and none did. */
  readonly badlySigned: (seq: number) => boolean;
};

/** After so many more messages nothing is searched or changed any more. */
const SETTLED_AFTER = KEPT / 2;

/**
 * Hashes that the heads of unsigned records may cost until the next messages settle, a second or two: anybody can name heads that
 * nobody had. What admins signed is always searched for, so that a flood of the others cannot hide it.
 */
const UNSIGNED_HASHES_MAX = HASHES_MAX * 10;

type Resolution = {
  readonly nodes: Map<string, Node>;
  readonly hopeless: Set<string>;
  readonly settledOut: Map<number, Excluded>;
  main: Node;
  settled: Node;
  open: Candidate[];
  allowance: number;
};

/** One object for one history, so that what attests it is counted in one place. */
const interned = ({ nodes }: Resolution, node: Node): Node => {
  for (let one: Node | undefined = node; one !== undefined && !nodes.has(nodeKey(one)); one = one.parent) {
    nodes.set(nodeKey(one), one);
    one.parent = one.parent && (nodes.get(nodeKey(one.parent)) ?? one.parent);
  }
  return nodes.get(nodeKey(node)) ?? node;
};

const searched = (state: Resolution, { seq, hash }: Head, anchor: boolean): Node | undefined => {
  const states = state.open.filter((one) => one.state && one.seq <= seq);
  const last = states.at(-1);
  const named = states.findLast(({ claim }) => claim !== undefined)?.claim;
  const base = named && state.nodes.get(nodeKey(named));
  if (last?.seq !== seq || base === undefined || base.seq < state.settled.seq) return undefined;
  const gap = states.filter((one) => one.seq > base.seq && one !== last);
  const given = anchor ? HASHES_MAX : Math.min(HASHES_MAX, state.allowance);
  const budget = { hashes: given };
  const found = searchHistory(base, gap, last, hash, budget);
  if (!anchor) state.allowance -= given - budget.hashes;
  return found && interned(state, found);
};

const nodeOf = (state: Resolution, claim: Head, anchor: boolean): Node | undefined => {
  const key = nodeKey(claim);
  if (state.hopeless.has(key) && !anchor) return undefined;
  const node = state.nodes.get(key) ?? searched(state, claim, anchor);
  if (node === undefined) state.hopeless.add(key);
  return node;
};

const take = (state: Resolution, one: Candidate): void => {
  if (!one.state || one.fault !== undefined || one.claim === undefined) return;
  if (standing(state.main, one.claim) !== 'other') state.main = interned(state, extended(state.main, one));
};

const attest = (state: Resolution, claim: Head, { fault, anchor }: Candidate): void => {
  const node = nodeOf(state, claim, anchor);
  if (node === undefined || fault !== undefined) return;
  node.claims += 1;
  if (anchor) node.anchors += 1;
  if (standing(state.main, claim) !== 'other' || !outweighs(node, state.main)) return;
  state.main = node;
  for (const one of state.open) if (one.seq > node.seq) take(state, one);
};

/** The history that counts after `settled`, the oldest message first. */
const pathOf = ({ main, settled }: Resolution): ReadonlyArray<Node> => {
  const path: Node[] = [];
  for (let node: Node | undefined = main; node !== undefined && node !== settled; node = node.parent) path.push(node);
  return path.reverse();
};

const whyOut = (tip: Node, { state, claim, fault, anchor }: Candidate): Excluded | undefined => {
  if (fault !== undefined) return fault;
  // Nobody can have forged that: if the history does not fit, the history is wrong, and the fold will say so.
  if (anchor) return undefined;
  if (claim !== undefined && standing(tip, claim) === 'other') return 'history';
  return state ? 'unaccepted' : undefined;
};

const judged = (state: Resolution): Map<number, Excluded> => {
  const path = pathOf(state);
  const out = new Map<number, Excluded>();
  let tip = state.settled;
  let at = 0;
  for (const one of state.open) {
    const next = path[at];
    const why = next?.seq === one.seq ? undefined : whyOut(tip, one);
    if (why !== undefined) out.set(one.seq, why);
    if (next?.seq !== one.seq) continue;
    tip = next;
    at += 1;
  }
  return out;
};

const settle = (state: Resolution): void => {
  const closing = state.open[SETTLED_AFTER - 1]?.seq ?? 0;
  for (const [seq, why] of judged(state)) if (seq <= closing) state.settledOut.set(seq, why);
  const path = pathOf(state);
  state.settled = path.findLast(({ seq }) => seq <= closing) ?? state.settled;
  state.open = state.open.filter(({ seq }) => seq > closing);
  forget(state);
};

/** Nobody looks further back than `KEPT` accepted messages from any message that is not settled yet. */
const forget = (state: Resolution): void => {
  let oldest: Node = state.main;
  while (oldest.parent !== undefined && oldest.depth > state.main.depth - KEPT * 2) oldest = oldest.parent;
  oldest.parent = undefined;
  state.hopeless.clear();
  state.allowance = UNSIGNED_HASHES_MAX;
  for (const [key, { seq }] of state.nodes) if (seq < oldest.seq) state.nodes.delete(key);
};

export const makeResolver = (subjects: Subjects): Resolver => {
  const candidateOf = makeCandidates(subjects);
  const badlySigned = new Set<number>();
  const first = firstNode();
  const nodes = new Map([[nodeKey(first), first]]);
  const state: Resolution = { nodes, hopeless: new Set(), settledOut: new Map(), main: first, settled: first, open: [], allowance: UNSIGNED_HASHES_MAX };
  return {
    add: (message) => {
      const one = candidateOf(message);
      if (one === undefined) return;
      if (one.fault === 'signature') badlySigned.add(one.seq);
      if (one.claim !== undefined) attest(state, one.claim, one);
      state.open.push(one);
      take(state, one);
      if (state.open.length > SETTLED_AFTER * 2) settle(state);
    },
    excluded: () => new Map([...state.settledOut, ...judged(state)]),
    badlySigned: (seq) => badlySigned.has(seq),
  };
};
