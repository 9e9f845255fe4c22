/**
 * The histories that writers can have had in mind. Every record names the head that its writer had folded: the rolling hash of
 * the accepted state messages up to a sequence. A hash names one set of messages and no other, so histories form a tree.
 */
import { nextHead, noHead } from '../crypto/log.ts';
import { KEPT } from '../events/fold/heads.ts';
import type { Head } from '../events/record.ts';
import type { Digest } from '../events/vocabulary.ts';

/** Why a message does not count unless later records say that it does: unreadable, badly signed, signed by nobody known. */
export type Fault = 'shape' | 'signature' | 'key';

/** A message that may or may not have been accepted by the writers after it. */
export type Candidate = {
  readonly seq: number;
  /** Reads are accepted or not, but no hash covers them. */
  readonly state: boolean;
  readonly subject: string;
  readonly data: Uint8Array;
  /** The head that it names; none where it cannot be read. */
  readonly claim: Head | undefined;
  readonly fault: Fault | undefined;
  /** The first appearance of a statement that an admin signed: nobody but a writer that the admin sent it to can have it. */
  readonly anchor: boolean;
};

/** A history up to an accepted message; the counts are of the records that name it as theirs. */
export type Node = {
  readonly seq: number;
  readonly hash: Digest;
  readonly depth: number;
  readonly anchor: boolean;
  parent: Node | undefined;
  anchors: number;
  claims: number;
};

export const firstNode = (): Node => ({ seq: 0, hash: noHead, depth: 0, anchor: false, parent: undefined, anchors: 0, claims: 0 });

export const nodeKey = ({ seq, hash }: { readonly seq: number; readonly hash: Digest }): string => `${seq} ${hash}`;

/** The history with one more message. */
export const extended = (node: Node, { seq, subject, data, anchor }: Candidate): Node => ({
  seq,
  hash: nextHead(node.hash, seq, subject, data),
  depth: node.depth + 1,
  anchor,
  parent: node,
  anchors: 0,
  claims: 0,
});

/** Whether a head lies on a history, as the fold itself would find: `old` is too far back to tell. */
export const standing = (tip: Node, claim: Head): 'same' | 'other' | 'old' => {
  for (let node: Node | undefined = tip; node !== undefined; node = node.parent) {
    if (node.depth === tip.depth - KEPT) return claim.seq <= node.seq ? 'old' : 'other';
    if (node.seq <= claim.seq) return node.seq === claim.seq && node.hash === claim.hash ? 'same' : 'other';
  }
  return 'other';
};

/**
 * Whether one history is better attested than another, from where they part: by more messages that admins signed, then by more
 * records that name it. Signatures come first since an intruder can publish any number of records, but not sign one.
 */
export const outweighs = (one: Node, other: Node): boolean => {
  const balance = { anchors: 0, claims: 0 };
  const count = (node: Node, sign: 1 | -1): Node | undefined => {
    balance.anchors += sign * (node.anchors + (node.anchor ? 1 : 0));
    balance.claims += sign * node.claims;
    return node.parent;
  };
  let [a, b]: [Node | undefined, Node | undefined] = [one, other];
  while (a !== b) {
    if (b === undefined || (a !== undefined && a.depth >= b.depth)) a = a && count(a, 1);
    else b = count(b, -1);
  }
  return balance.anchors > 0 || (balance.anchors === 0 && balance.claims > 0);
};
