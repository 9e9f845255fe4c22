/** Questions about the audit log, answered from its index and the log. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { refuse, type Refusal } from '../../events/refusal.ts';
import type { Block } from '../../projections/audit/block.ts';
import { blockReader, findPage, type Place, type ReadBlock, type Wanted } from '../../projections/audit/search.ts';
import type { Models } from '../../projections/models.ts';
import { fitting } from '../../projections/page.ts';
import type { Projector } from '../../projections/run.ts';
import type { ViewStore } from '../../projections/view-store.ts';
import type { QueryReply, QueryRequest } from '../../protocol/operations.ts';
import type { AuditEntry } from '../../protocol/pages.ts';
import { LIMIT_DEFAULT } from '../../protocol/paging.ts';
import { latest } from '../latest.ts';
import type { Replica } from '../log/replica.ts';
import { told } from '../operations/not-now.ts';
import { readEntries } from './entries.ts';
import { readsOver } from './reads-over.ts';

type Answer<A> = Promise<Either<Refusal, A>>;
export type AuditQuestion = Omit<QueryRequest<'audit.list'>, 'operation' | 'limit' | 'after'>;

export type Audit = {
  readonly list: (question: Omit<QueryRequest<'audit.list'>, 'operation'>) => Answer<QueryReply<'audit.list'>>;
  readonly reads: (question: Omit<QueryRequest<'secret.reads'>, 'operation'>) => Answer<QueryReply<'secret.reads'>>;
  /** The entries after a sequence, the oldest first; undefined if they are more than the limit. */
  readonly since: (seq: number, limit: number) => Answer<ReadonlyArray<AuditEntry> | undefined>;
};

type Parts = { readonly replica: Replica; readonly store: ViewStore; readonly projector: Pick<Projector, 'folded'> };

const LAG_MS = 2_000;
const LOOK_MS = 20;

/** The index is in the memory of each process: nothing is told from it before it has all that the asker may know of. */
const folded = async ({ replica, projector }: Parts): Promise<Models | undefined> => {
  const head = replica.fold.head().seq;
  for (const end = performance.now() + LAG_MS; projector.folded().applied() < head; await new Promise((resolve) => setTimeout(resolve, LOOK_MS)))
    if (performance.now() > end) return undefined;
  return projector.folded().models;
};

const PLACE = /^(\d{1,16})\.(\d{1,5})$/;

/** `undefined` where it is none of ours. */
const placeIn = (after: string | null): Place | null | undefined => {
  if (after === null) return null;
  const [, seq, entry] = PLACE.exec(after) ?? [];
  return seq === undefined || entry === undefined ? undefined : { seq: Number(seq), entry: Number(entry) };
};
const cursorOf = ({ seq, entry }: Place): string => `${seq}.${entry}`;

const everything: Wanted = { service: null, path: null, type: null, outcome: null, actor: null, from: null, to: null };

/** Blocks that were looked at last: who turns pages comes to the same ones again. */
const BLOCKS_KEPT = 32;

const keeping =
  (kept: ReturnType<typeof latest<Block>>, read: ReadBlock): ReadBlock =>
  async (sealed) => {
    const known = kept.get(sealed.digest);
    if (known !== undefined) return right(known);
    const block = await read(sealed);
    if (!isLeft(block)) kept.set(sealed.digest, block.right);
    return block;
  };

const makeWith = (parts: Parts) => {
  const kept = latest<Block>(BLOCKS_KEPT);
  return async <A>(ask: (models: Models, read: ReadBlock) => Answer<A>): Answer<A> => {
    const models = await folded(parts);
    return models === undefined ? left(refuse('behind')) : ask(models, keeping(kept, blockReader(models, parts.store)));
  };
};

export const makeAudit = (parts: Parts): Audit => {
  const { replica } = parts;
  const withIndex = makeWith(parts);
  return {
    list: ({ limit, after, ...wanted }) =>
      withIndex(async (models, read) => {
        const before = placeIn(after);
        if (before === undefined) return left(refuse('malformed', 'after'));
        const page = told(await findPage(models, read, wanted, { before, limit: limit ?? LIMIT_DEFAULT }));
        if (isLeft(page)) return page;
        const entries = await readEntries(replica, page.right.found);
        if (isLeft(entries)) return entries;
        const items = fitting(entries.right, entries.right.length);
        const next = items.length < entries.right.length ? (items.at(-1) ?? null) : page.right.next;
        return right({ items, next: next === null ? null : cursorOf(next), total: null });
      }),
    reads: (question) => withIndex((models, read) => readsOver(models, read, question, Math.max(replica.fold.world.now, Date.now()))),
    since: (seq, limit) =>
      withIndex(async (models, read) => {
        const page = told(await findPage(models, read, everything, { before: null, limit, floor: seq + 1 }));
        if (isLeft(page)) return page;
        return page.right.next === null ? readEntries(replica, [...page.right.found].reverse()) : right(undefined);
      }),
  };
};
