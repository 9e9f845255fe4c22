/** Reads of one secret, counted by spans of time. */
import { isLeft, right, type Either } from 'fp-ts/lib/Either.js';
import type { Refusal } from '../../events/refusal.ts';
import type { Count, Instant, ServiceName } from '../../events/vocabulary.ts';
import { blocksWith, entriesIn, type Found, type ReadBlock } from '../../projections/audit/search.ts';
import type { Models } from '../../projections/models.ts';
import type { QueryRequest } from '../../protocol/operations.ts';
import type { ReadsOfService, ReadsView } from '../../protocol/pages.ts';
import { told } from '../operations/not-now.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const DEFAULT_MS = 30 * DAY_MS;
const DEFAULT_BUCKETS = 30;
/** Services that have a row of their own: those that read most. */
const ROWS_MAX = 20;
/** So many blocks of the index are looked at, which are at least 200,000 entries. */
const BLOCKS_MAX = 400;

type Counts = { readonly allowed: number[]; readonly refused: number[] };
type Span = { readonly from: number; readonly step: number; readonly buckets: number };

const noCounts = (buckets: number): Counts => ({ allowed: Array.from({ length: buckets }, () => 0), refused: Array.from({ length: buckets }, () => 0) });

/** A read that would spend a grant was allowed once the event that spends it is there; till then it was neither. */
const resultOf = ({ kind: { what, outcome } }: Found): keyof Counts | undefined => {
  if (what === 'access.consumed') return outcome === 'done' ? 'allowed' : undefined;
  return what === 'read' && (outcome === 'allowed' || outcome === 'refused') ? outcome : undefined;
};

const count = (counts: Map<string, Counts>, found: Found, { from, step, buckets }: Span): void => {
  const result = resultOf(found);
  if (result === undefined) return;
  const service = found.kind.service ?? '';
  const known = counts.get(service) ?? noCounts(buckets);
  counts.set(service, known);
  const bucket = Math.min(buckets - 1, Math.floor((found.at - from) / step));
  known[result][bucket] = (known[result][bucket] ?? 0) + 1;
};

const sum = (values: ReadonlyArray<number>): number => values.reduce((a, b) => a + b, 0);
const added = (a: ReadonlyArray<number>, b: ReadonlyArray<number>): number[] => a.map((value, i) => value + (b[i] ?? 0));

const rowsOf = (counts: ReadonlyMap<string, Counts>, { buckets }: Span): ReadonlyArray<ReadsOfService> => {
  const all = [...counts].sort(([, a], [, b]) => sum(b.allowed) + sum(b.refused) - sum(a.allowed) - sum(a.refused));
  const rest = all.slice(ROWS_MAX).reduce((one, [, other]) => ({ allowed: added(one.allowed, other.allowed), refused: added(one.refused, other.refused) }), noCounts(buckets));
  const own = all.slice(0, ROWS_MAX).map(([service, one]) => ({ service: service as ServiceName, ...one }));
  return [...own, ...(all.length > ROWS_MAX ? [{ service: null, ...rest }] : [])] as ReadonlyArray<unknown> as ReadonlyArray<ReadsOfService>;
};

/** @param now milliseconds: what the last span ends with; a `to` that is said is no part of it */
export const readsOver = async (
  models: Models,
  read: ReadBlock,
  { path, from, to, buckets }: Omit<QueryRequest<'secret.reads'>, 'operation'>,
  now: number,
): Promise<Either<Refusal, ReadsView>> => {
  // Not of the spans any more: each is then as long as was asked for.
  const end = to ?? now + 1;
  const begin = Math.min(from ?? end - DEFAULT_MS, end);
  const span = { from: Math.max(0, begin), buckets: buckets ?? DEFAULT_BUCKETS, step: Math.max(1, Math.ceil((end - begin) / (buckets ?? DEFAULT_BUCKETS))) };
  const wanted = { service: null, path, type: null, outcome: null, actor: null, from: span.from, to: Math.max(span.from, end - 1) };
  const counts = new Map<string, Counts>();
  let [looked, since] = [0, null as number | null];
  for await (const searched of blocksWith(models, read, wanted, null)) {
    const found = told(searched);
    if (isLeft(found)) return found;
    if (looked > BLOCKS_MAX) {
      since = found.right.block.rows.at(-1)?.at ?? null;
      break;
    }
    for (const one of entriesIn(found.right.block, wanted)) if (one.kind.path === path) count(counts, one, span);
    looked += 1;
  }
  return right({
    ...{ path, from: span.from as Instant, step: span.step as Count, buckets: span.buckets as Count, since: since as Instant | null },
    items: rowsOf(counts, span),
  });
};
