/**
 * The index of the audit log, as a read model: which entries there are, and what became of each. The entries themselves are read
 * from the log. The block that is being filled is in memory; the others are in the store, and a digest and the terms of each in
 * memory, some bytes for each entry. The text of a full block is let go of as soon as the store is known to have it.
 */
import type { ReplicaId } from '../../events/vocabulary.ts';
import { encodeEntry } from '../text.ts';
import { add, AuditBlock, isFull, newBuilder, toStored, type Block } from './block.ts';
import type { Noted } from './kinds.ts';
import { newTerms, type Terms } from './terms.ts';

/** A full block. Sequences and times are those of its first and its last message. */
export type Sealed = {
  readonly key: string;
  readonly first: number;
  readonly last: number;
  readonly from: number;
  readonly to: number;
  readonly digest: string;
  readonly terms: Terms;
  /** Undefined once the store is known to have it. */
  text: string | undefined;
};

export type Writer = { readonly seq: number; readonly at: number };

export type AuditIndex = {
  /** The keys of the blocks that are full with this message. */
  readonly note: (noted: Noted) => ReadonlyArray<string>;
  /** The oldest first. */
  readonly blocks: ReadonlyArray<Sealed>;
  readonly block: (key: string) => Sealed | undefined;
  /** What is not in a full block yet. */
  readonly open: () => Block;
  /** When each of the replicas that wrote last did so, and where; the latest last. */
  readonly writers: ReadonlyMap<ReplicaId, Writer>;
};

/** Keys in the order of the blocks, whatever their number. */
const keyOf = (n: number): string => String(n).padStart(9, '0');
const WRITERS_MAX = 64;

const sealed = (key: string, block: Block, digestOf: (text: string) => string): Sealed => {
  const [first, last] = [block.rows[0], block.rows.at(-1)];
  const text = encodeEntry(AuditBlock, toStored(block));
  const place = { first: first?.seq ?? 0, last: last?.seq ?? 0, from: first?.at ?? 0, to: last?.at ?? 0 };
  return { key, ...place, digest: digestOf(text), terms: newTerms(block.kinds), text };
};

const remember = (writers: Map<ReplicaId, Writer>, { writer, seq, at }: Noted): void => {
  if (writer === null) return;
  writers.delete(writer);
  writers.set(writer, { seq, at });
  if (writers.size > WRITERS_MAX) for (const [oldest] of [...writers].slice(0, 1)) writers.delete(oldest);
};

export const newAuditIndex = (digestOf: (text: string) => string): AuditIndex => {
  const blocks: Sealed[] = [];
  const writers = new Map<ReplicaId, Writer>();
  let open = newBuilder();
  const seal = (): string => {
    const block = sealed(keyOf(blocks.length), open, digestOf);
    blocks.push(block);
    open = newBuilder();
    return block.key;
  };
  return {
    note: (noted) => {
      remember(writers, noted);
      const full: string[] = [];
      let entry = 0;
      do {
        entry = add(open, noted, entry);
        if (isFull(open)) full.push(seal());
      } while (entry < noted.kinds.length);
      return full;
    },
    blocks,
    block: (key) => {
      const block = blocks[Number(key)];
      return block?.key === key ? block : undefined;
    },
    open: () => open,
    writers,
  };
};
