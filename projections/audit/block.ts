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

/** `rows`: of each message its sequence and its time, counted from those of the message before, then the kinds of its entries. */
export const AuditBlock = t.strict({ first: Sequence, from: Instant, kinds: t.readonlyArray(StoredKind), rows: t.readonlyArray(t.readonlyArray(t.number)) }, 'AuditBlock');
export type AuditBlock = t.TypeOf<typeof AuditBlock>;

/** A block is full once it has so many entries, or so many characters of kinds: one entry of the store is one message of NATS. */
const ENTRIES = 500;
const KINDS_SIZE = 128 * 1024;

/** One message, as it stands in a block. */
export type Row = { readonly seq: number; readonly at: number; readonly kinds: ReadonlyArray<number> };
export type Block = { readonly kinds: ReadonlyArray<Kind>; readonly rows: ReadonlyArray<Row> };

export type Builder = Block & { readonly numbers: Map<string, number>; entries: number; size: number };

export const newBuilder = (): Builder & { readonly kinds: Kind[]; readonly rows: Row[] } => ({ kinds: [], rows: [], numbers: new Map(), entries: 0, size: 0 });

const nameOf = ({ what, outcome, service, path, actor, reason, detail, version, offline, count }: Kind): string =>
  `${what} ${outcome} ${service ?? ''} ${path ?? ''} ${actor ?? ''} ${version ?? ''} ${offline ?? ''} ${count ?? ''} ${reason ?? ''} ${detail ?? ''}`;

const numberOf = (builder: ReturnType<typeof newBuilder>, kind: Kind): number => {
  const name = nameOf(kind);
  const known = builder.numbers.get(name);
  if (known !== undefined) return known;
  const next = builder.kinds.push(kind) - 1;
  builder.numbers.set(name, next);
  builder.size += name.length + 100;
  return next;
};

/** @returns whether the block is full now */
export const add = (builder: ReturnType<typeof newBuilder>, { seq, at, kinds }: Noted): boolean => {
  builder.rows.push({ seq, at, kinds: kinds.map((kind) => numberOf(builder, kind)) });
  builder.entries += kinds.length;
  return builder.entries >= ENTRIES || builder.size >= KINDS_SIZE;
};

export const toStored = ({ kinds, rows }: Block): AuditBlock => {
  const [first, from] = [rows[0]?.seq ?? 0, rows[0]?.at ?? 0];
  let before = { seq: first, at: from };
  const deltas = rows.map((row) => {
    const delta = [row.seq - before.seq, row.at - before.at, ...row.kinds];
    before = row;
    return delta;
  });
  return { first: first as Sequence, from: from as Instant, kinds: kinds as AuditBlock['kinds'], rows: deltas };
};

export const fromStored = ({ first, from, kinds, rows }: AuditBlock): Block => {
  let [seq, at] = [first as number, from as number];
  return {
    kinds,
    rows: rows.map(([seqDelta = 0, atDelta = 0, ...numbers]) => {
      [seq, at] = [seq + seqDelta, at + atDelta];
      return { seq, at, kinds: numbers };
    }),
  };
};
