/**
 * A block of the index of the audit log: the entries of some messages that follow one another, each as the number of its kind, and
 * the kinds, once each. Blocks are cut by what is in them alone, so everybody cuts the same ones.
 */
import * as t from 'io-ts';
import { Count, Instant, Sequence, type Target } from '../../events/vocabulary.ts';
import type { Outcome } from '../../protocol/audit-line.ts';
import type { Kind, Noted } from './kinds.ts';

/**
 * As few texts as there are, and numbers in one row, since that is what takes no time to write and to read. `texts`: each once.
 * `kinds`: of each kind the places of its texts, from 1, and its numbers, each with 1 added; 0 is `null`. `rows`: of each message its
 * sequence and its time, counted from those of the message before, how many entries it has here, and their kinds, from 0. `entry`:
 * which of its message the first one is, since a message that tells much goes on in the next block.
 */
export const AuditBlock = t.strict(
  { first: Sequence, from: Instant, entry: Count, texts: t.readonlyArray(t.string), kinds: t.readonlyArray(t.number), rows: t.readonlyArray(t.number) },
  'AuditBlock',
);
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

/** Each text once, and where it stands. */
const newTexts = () => {
  const places = new Map<string, number>();
  const placeOf = (text: string | null): number => {
    if (text === null) return 0;
    const known = places.get(text);
    if (known !== undefined) return known;
    places.set(text, places.size + 1);
    return places.size;
  };
  return { texts: () => [...places.keys()], placeOf };
};

const orZero = (number: number | null): number => (number === null ? 0 : number + 1);

const storedKinds = (kinds: ReadonlyArray<Kind>): Pick<AuditBlock, 'texts' | 'kinds'> => {
  const { texts, placeOf } = newTexts();
  const numbers: number[] = [];
  for (const { what, outcome, service, path, actor, reason, detail, version, offline, count } of kinds) {
    for (const text of [what, outcome, service, path, actor, reason, detail]) numbers.push(placeOf(text));
    numbers.push(orZero(version), orZero(offline), orZero(count));
  }
  return { texts: texts(), kinds: numbers };
};

const storedRows = (rows: ReadonlyArray<Row>): AuditBlock['rows'] => {
  const numbers: number[] = [];
  let before = rows[0];
  for (const row of rows) {
    numbers.push(row.seq - (before?.seq ?? 0), row.at - (before?.at ?? 0), row.kinds.length, ...row.kinds);
    before = row;
  }
  return numbers;
};

export const toStored = ({ kinds, rows }: Block): AuditBlock => {
  const { seq: first, at: from, entry } = rows[0] ?? { seq: 0, at: 0, entry: 0 };
  return { first: first as Sequence, from: from as Instant, entry: entry as Count, ...storedKinds(kinds), rows: storedRows(rows) };
};

const kindsIn = ({ texts, kinds: numbers }: AuditBlock): ReadonlyArray<Kind> => {
  const kinds: Kind[] = [];
  let at = 0;
  const next = (): number => numbers[(at += 1) - 1] ?? 0;
  const text = (): string | null => {
    const place = next();
    return place === 0 ? null : (texts[place - 1] ?? null);
  };
  const number = (): number | null => {
    const found = next();
    return found === 0 ? null : found - 1;
  };
  while (at < numbers.length) {
    const [what, outcome, service, path, actor, reason, detail] = [text() ?? '', text() as Outcome, text(), text() as Target | null, text(), text(), text()];
    kinds.push({ what, outcome, service, path, actor, reason, detail, version: number(), offline: number(), count: number() });
  }
  return kinds;
};

export const fromStored = (block: AuditBlock): Block => {
  const { first, from, entry, rows: numbers } = block;
  const rows: Row[] = [];
  let before = { seq: first as number, at: from as number };
  for (let i = 0; i < numbers.length; ) {
    const [seqDelta = 0, atDelta = 0, length = 0] = numbers.slice(i, i + 3);
    const row: Row = { seq: before.seq + seqDelta, at: before.at + atDelta, entry: i === 0 ? entry : 0, kinds: numbers.slice(i + 3, i + 3 + length) };
    rows.push(row);
    before = row;
    i += 3 + length;
  }
  return { kinds: kindsIn(block), rows };
};
