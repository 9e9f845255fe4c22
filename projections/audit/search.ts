/** Looking for entries of the audit log by its index, the newest first. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import type { Models } from '../models.ts';
import type { NotRead } from '../rows.ts';
import type { ViewStore } from '../view-store.ts';
import type { Sealed } from './audit-index.ts';
import { type AuditBlock, fromStored, type Block, type Row } from './block.ts';
import type { Kind } from './kinds.ts';
import { isWanted, mayHave, type Narrowing } from './terms.ts';

/** The place of an entry: its message, and which one of that. */
export type Place = { readonly seq: number; readonly entry: number };
export type Found = Place & { readonly at: number; readonly kind: Kind };
/** Times in milliseconds, both included; null for no bound. */
export type Wanted = Narrowing & { readonly from: number | null; readonly to: number | null };

/** Blocks that are fetched at the same time. */
const AT_ONCE = 8;

export type ReadBlock = (sealed: Sealed) => Promise<Either<NotRead, Block>>;

/** A block as it was made here: what the store has otherwise is not believed. */
export const blockReader =
  (models: Models, store: ViewStore): ReadBlock =>
  async ({ key, text }) => {
    const bad = left({ _tag: 'bad_entry', bucket: 'audit', key } as const);
    const slot = text === undefined ? await store.get('audit', key)() : right({ value: text });
    if (isLeft(slot)) return slot;
    const { value } = slot.right;
    if (value === null || !models.isSame({ bucket: 'audit', key }, value)) return bad;
    // By its digest it is the very text that was made here.
    return right(fromStored(JSON.parse(value) as AuditBlock));
  };

const isBefore = ({ seq }: Row, entry: number, before: Place | null): boolean => before === null || seq < before.seq || (seq === before.seq && entry < before.entry);

/** The wanted entries of a block, the newest first. */
export const entriesIn = function* ({ kinds, rows }: Block, wanted: Wanted, before: Place | null = null): Generator<Found> {
  const isOne = isWanted(wanted);
  const wantedKinds = kinds.map(isOne);
  if (!wantedKinds.includes(true)) return;
  const { from, to } = wanted;
  for (let i = rows.length - 1; i >= 0; i -= 1) {
    const row = rows[i] as Row;
    if ((from !== null && row.at < from) || (to !== null && row.at > to)) continue;
    for (let n = row.kinds.length - 1; n >= 0; n -= 1) {
      const [number, entry] = [row.kinds[n] as number, row.entry + n];
      if (wantedKinds[number] === true && isBefore(row, entry, before)) yield { seq: row.seq, entry, at: row.at, kind: kinds[number] as Kind };
    }
  }
};

/** What is in the memory and what may have to be fetched, as of now: more can come while it is gone through. */
const candidates = ({ audit }: Models, wanted: Wanted, before: Place | null): { readonly open: Block; readonly sealed: ReadonlyArray<Sealed> } => {
  const { kinds, rows } = audit.open();
  const { from, to } = wanted;
  const may = ({ first, from: begin, to: end, terms }: Sealed): boolean =>
    (before === null || first <= before.seq) && (from === null || end >= from) && (to === null || begin <= to) && mayHave(terms, wanted);
  return { open: { kinds: [...kinds], rows: [...rows] }, sealed: audit.blocks.filter(may).reverse() };
};

/** A block that was gone through; `next`: where the one before it ends. The first one is that of what is in no full block yet. */
export type Searched = { readonly block: Block; readonly next: Place };

const beginningOf = ({ rows: [first] }: Block): Place => first ?? { seq: Number.MAX_SAFE_INTEGER, entry: 0 };

/** The blocks that can have something, the newest first. Ends after the first left. */
export async function* blocksWith(models: Models, read: ReadBlock, wanted: Wanted, before: Place | null): AsyncGenerator<Either<NotRead, Searched>> {
  const { open, sealed } = candidates(models, wanted, before);
  yield right({ block: open, next: beginningOf(open) });
  for (let i = 0; i < sealed.length; i += AT_ONCE) {
    const some = sealed.slice(i, i + AT_ONCE);
    const blocks = await Promise.all(some.map(read));
    for (const block of blocks) {
      yield isLeft(block) ? block : right({ block: block.right, next: beginningOf(block.right) });
      if (isLeft(block)) return;
    }
  }
}

/** So many blocks are looked at for one page. */
const BLOCKS_MAX = 400;

/** `next`: where to go on, null where there is nothing more. A page can have less than was wanted, and a next one. */
export type FoundPage = { readonly found: ReadonlyArray<Found>; readonly next: Place | null };

/** @param floor what comes before that sequence is not wanted */
export const findPage = async (models: Models, read: ReadBlock, wanted: Wanted, { before, limit, floor = 0 }: { readonly before: Place | null; readonly limit: number; readonly floor?: number }): Promise<Either<NotRead, FoundPage>> => {
  const found: Found[] = [];
  let looked = 0;
  for await (const searched of blocksWith(models, read, wanted, before)) {
    if (isLeft(searched)) return searched;
    for (const one of entriesIn(searched.right.block, wanted, before)) {
      if (one.seq < floor) return right({ found, next: null });
      // One more than is wanted says that there is a next page.
      if (found.length === limit) return right({ found, next: placeOf(found.at(-1)) });
      found.push(one);
    }
    looked += 1;
    if (looked > BLOCKS_MAX) return right({ found, next: searched.right.next });
    if (searched.right.next.seq < floor) break;
  }
  return right({ found, next: null });
};

const placeOf = (found: Found | undefined): Place | null => (found === undefined ? null : { seq: found.seq, entry: found.entry });
