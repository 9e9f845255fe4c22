/**
 * A block of the index of the audit log: the entries of some messages that follow one another, each as the number of its kind, and
 * the kinds, once each. Blocks are cut by what is in them alone, so everybody cuts the same ones.
 */
import * as t from 'io-ts';
import { orNull } from '../../events/codec.ts';
import { Count, Instant, Sequence, Target } from '../../events/vocabulary.ts';
import { Outcome } from '../../protocol/audit-line.ts';
import type { Kind, Noted } from './kinds.ts';

const StoredKind = t.strict(
  {
    what: t.string,
    outcome: Outcome,
    service: orNull(t.string),
    path: orNull(Target),
    actor: orNull(t.string),
    reason: orNull(t.string),
    detail: orNull(t.string),
    version: orNull(Count),
    offline: orNull(t.number),
    count: orNull(Count),
  },
  'Kind',
);

/**
 * `rows`: of each message its sequence and its time, counted from those of the message before, then the kinds of its entries. `entry`:
 * which of its message the first one is, since a message that tells much goes on in the next block.
 */
export const AuditBlock = t.strict({ first: Sequence, from: Instant, entry: Count, kinds: t.readonlyArray(StoredKind), rows: t.readonlyArray(t.readonlyArray(t.number)) }, 'AuditBlock');
export type AuditBlock = t.TypeOf<typeof AuditBlock>;

/** A block is full with so many entries, or so many characters of kinds: one entry of the store is one message of NATS. */
const ENTRIES = 500;
const KINDS_SIZE = 128 * 1024;

/** One message, as it stands in a block. `entry`: which of its entries the first one here is. */
export type Row = { readonly seq: number; readonly at: number; readonly entry: number; readonly kinds: ReadonlyArray<number> };
export type Block = { readonly kinds: ReadonlyArray<Kind>; readonly rows: ReadonlyArray<Row> };

type Builder = {
  readonly kinds: Kind[];
  readonly rows: Row[];
  /** The numbers of the kinds that are about the same. */
  readonly numbers: Map<string, number[]>;
  entries: number;
  size: number;
};

export const newBuilder = (): Builder => ({ kinds: [], rows: [], numbers: new Map(), entries: 0, size: 0 });

const isSame = (one: Kind, other: Kind): boolean =>
  one.service === other.service &&
  one.path === other.path &&
  one.version === other.version &&
  one.what === other.what &&
  one.outcome === other.outcome &&
  one.actor === other.actor &&
  one.offline === other.offline &&
  one.count === other.count &&
  one.reason === other.reason &&
  one.detail === other.detail;

const sizeOf = ({ what, service, path, actor, reason, detail }: Kind): number =>
  100 + what.length + [service, path, actor, reason, detail].reduce((sum, text) => sum + (text?.length ?? 0), 0);

/** To look through the few kinds of one path takes less than to make a name of all that a kind says. */
const numberOf = (builder: Builder, kind: Kind): number => {
  const about = kind.path ?? kind.service ?? kind.actor ?? '';
  const alike = builder.numbers.get(about) ?? [];
  for (const number of alike) if (isSame(builder.kinds[number] as Kind, kind)) return number;
  const next = builder.kinds.push(kind) - 1;
  if (alike.push(next) === 1) builder.numbers.set(about, alike);
  builder.size += sizeOf(kind);
  return next;
};

export const isFull = ({ entries, size }: Builder): boolean => entries >= ENTRIES || size >= KINDS_SIZE;

/**
 * What fits of a message, from one of its entries on.
 * @returns the entry to go on with in the next block, if there is one
 */
export const add = (builder: Builder, { seq, at, kinds }: Noted, entry: number): number => {
  const numbers: number[] = [];
  for (; entry + numbers.length < kinds.length && !isFull(builder); builder.entries += 1) numbers.push(numberOf(builder, kinds[entry + numbers.length] as Kind));
  builder.rows.push({ seq, at, entry, kinds: numbers });
  return entry + numbers.length;
};

export const toStored = ({ kinds, rows }: Block): AuditBlock => {
  const { seq: first, at: from, entry } = rows[0] ?? { seq: 0, at: 0, entry: 0 };
  let before = { seq: first, at: from };
  const deltas = rows.map((row) => {
    const delta = [row.seq - before.seq, row.at - before.at, ...row.kinds];
    before = row;
    return delta;
  });
  return { first: first as Sequence, from: from as Instant, entry: entry as Count, kinds: kinds as AuditBlock['kinds'], rows: deltas };
};

export const fromStored = ({ first, from, entry, kinds, rows }: AuditBlock): Block => {
  let [seq, at] = [first as number, from as number];
  return {
    kinds,
    rows: rows.map(([seqDelta = 0, atDelta = 0, ...numbers], i) => {
      [seq, at] = [seq + seqDelta, at + atDelta];
      return { seq, at, entry: i === 0 ? entry : 0, kinds: numbers };
    }),
  };
};
