/** All read models in memory, and what each entry looks like as text. */
import { access } from './access.ts';
import { newAuditIndex, type AuditIndex } from './audit/audit-index.ts';
import type { Noted } from './audit/kinds.ts';
import { catalog } from './catalog.ts';
import { inbox } from './inbox.ts';
import type { Fact, Projection, ProjectionName } from './projection.ts';
import { rollout } from './rollout.ts';
import { services } from './services.ts';
import { encodeEntry } from './text.ts';
import { usage } from './usage.ts';

/** An entry as it is stored. */
export type Row = { readonly bucket: ProjectionName; readonly key: string; readonly value: string };
/** The name of an entry. */
export type Spot = { readonly bucket: ProjectionName; readonly key: string };

type Model = {
  readonly name: ProjectionName;
  /** Names what it changed. */
  readonly apply: (fact: Fact, changed: Spot[]) => void;
  readonly note: (noted: Noted, changed: Spot[]) => void;
  readonly keys: () => Iterable<string>;
  readonly sorted: () => ReadonlyArray<string>;
  readonly entry: (key: string) => unknown;
  readonly encoded: (key: string) => string | undefined;
  readonly summary: (key: string) => string | undefined;
  readonly isHeld: (key: string) => boolean;
  readonly isSame: (key: string, value: string | undefined) => boolean;
  readonly stored: (key: string) => void;
};

const modelOf = <E>({ name, entry: codec, evolve }: Projection<E>): Model => {
  const entries = new Map<string, E>();
  // Made when it is asked for, and kept until a key comes or goes.
  let sorted: ReadonlyArray<string> | undefined;
  const encoded = (key: string): string | undefined => {
    const entry = entries.get(key);
    return entry === undefined ? undefined : encodeEntry(codec, entry);
  };
  return {
    name,
    apply: (fact, changed) => {
      for (const [key, entry] of evolve(entries, fact)) {
        const before = entries.size;
        if (entry === undefined) entries.delete(key);
        else entries.set(key, entry);
        if (entries.size !== before) sorted = undefined;
        changed.push({ bucket: name, key });
      }
    },
    note: () => undefined,
    keys: () => entries.keys(),
    sorted: () => (sorted ??= [...entries.keys()].sort()),
    entry: (key) => entries.get(key),
    encoded,
    summary: encoded,
    isHeld: () => true,
    isSame: (key, value) => encoded(key) === value,
    stored: () => undefined,
  };
};

/** The audit index makes its texts once, and does not keep them: see there. */
const auditModel = (index: AuditIndex, digestOf: (text: string) => string): Model => ({
  name: 'audit',
  apply: () => undefined,
  note: (noted, changed) => {
    for (const key of index.note(noted)) changed.push({ bucket: 'audit', key });
  },
  keys: () => index.blocks.map(({ key }) => key),
  sorted: () => index.blocks.map(({ key }) => key),
  entry: () => undefined,
  encoded: (key) => index.block(key)?.text,
  summary: (key) => index.block(key)?.digest,
  isHeld: (key) => index.block(key) === undefined || index.block(key)?.text !== undefined,
  isSame: (key, value) => index.block(key)?.digest === (value === undefined ? undefined : digestOf(value)),
  stored: (key) => {
    const block = index.block(key);
    if (block !== undefined) block.text = undefined;
  },
});

export type Models = {
  /** Changes the entries by what one message told; where they changed. */
  readonly apply: (facts: ReadonlyArray<Fact>) => ReadonlyArray<Spot>;
  /** The same of what the audit index says of it. */
  readonly note: (noted: Noted) => ReadonlyArray<Spot>;
  /** An entry as it is stored, undefined if there is none, or if its text is not held. */
  readonly encoded: (spot: Spot) => string | undefined;
  /** What stands for an entry in a checkpoint: its text, or a digest of that. */
  readonly summary: (spot: Spot) => string | undefined;
  /** Whether it can be written, or taken away: full blocks that the store has are not held here any more. */
  readonly isHeld: (spot: Spot) => boolean;
  /** Whether an entry should be stored as that, undefined for not at all. */
  readonly isSame: (spot: Spot, value: string | undefined) => boolean;
  /** The store has an entry as it is. */
  readonly stored: (spot: Spot) => void;
  readonly keys: (bucket: ProjectionName) => Iterable<string>;
  /** The same in their order. */
  readonly sorted: (bucket: ProjectionName) => ReadonlyArray<string>;
  /** An entry as it is, undefined if there is none. Not to be changed. */
  readonly entry: (spot: Spot) => unknown;
  readonly audit: AuditIndex;
};

const collected = (collect: (changed: Spot[]) => void): ReadonlyArray<Spot> => {
  const changed: Spot[] = [];
  collect(changed);
  return changed;
};

/** @param digestOf of a text, as text */
export const newModels = (digestOf: (text: string) => string): Models => {
  const audit = newAuditIndex(digestOf);
  const folded = [catalog, services, access, inbox, usage, rollout].map((projection) => modelOf(projection as Projection<unknown>));
  const index = auditModel(audit, digestOf);
  const named = new Map([...folded, index].map((model) => [model.name, model]));
  return {
    audit,
    apply: (facts) =>
      collected((changed) => {
        for (const fact of facts) for (const model of folded) model.apply(fact, changed);
      }),
    note: (noted) => collected((changed) => index.note(noted, changed)),
    encoded: ({ bucket, key }) => named.get(bucket)?.encoded(key),
    summary: ({ bucket, key }) => named.get(bucket)?.summary(key),
    isHeld: ({ bucket, key }) => named.get(bucket)?.isHeld(key) ?? true,
    isSame: ({ bucket, key }, value) => named.get(bucket)?.isSame(key, value) ?? value === undefined,
    stored: ({ bucket, key }) => named.get(bucket)?.stored(key),
    keys: (bucket) => named.get(bucket)?.keys() ?? [],
    sorted: (bucket) => named.get(bucket)?.sorted() ?? [],
    entry: ({ bucket, key }) => named.get(bucket)?.entry(key),
  };
};
