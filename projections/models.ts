/** All read models in memory, and what each entry looks like as text. */
import { access } from './access.ts';
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
  readonly keys: () => Iterable<string>;
  readonly sorted: () => ReadonlyArray<string>;
  readonly entry: (key: string) => unknown;
  readonly encoded: (key: string) => string | undefined;
};

const modelOf = <E>({ name, entry: codec, evolve }: Projection<E>): Model => {
  const entries = new Map<string, E>();
  // Made when it is asked for, and kept until a key comes or goes.
  let sorted: ReadonlyArray<string> | undefined;
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
    keys: () => entries.keys(),
    sorted: () => (sorted ??= [...entries.keys()].sort()),
    entry: (key) => entries.get(key),
    encoded: (key) => {
      const entry = entries.get(key);
      return entry === undefined ? undefined : encodeEntry(codec, entry);
    },
  };
};

export type Models = {
  /** Changes the entries by what one message told; where they changed. */
  readonly apply: (facts: ReadonlyArray<Fact>) => ReadonlyArray<Spot>;
  /** An entry as it is stored, undefined if there is none. */
  readonly encoded: (spot: Spot) => string | undefined;
  readonly keys: (bucket: ProjectionName) => Iterable<string>;
  /** The same in their order. */
  readonly sorted: (bucket: ProjectionName) => ReadonlyArray<string>;
  /** An entry as it is, undefined if there is none. Not to be changed. */
  readonly entry: (spot: Spot) => unknown;
};

export const newModels = (): Models => {
  const models = [catalog, services, access, inbox, usage, rollout].map((projection) => modelOf(projection as Projection<unknown>));
  const named = new Map(models.map((model) => [model.name, model]));
  return {
    apply: (facts) => {
      const changed: Spot[] = [];
      for (const fact of facts) for (const model of models) model.apply(fact, changed);
      return changed;
    },
    encoded: ({ bucket, key }) => named.get(bucket)?.encoded(key),
    keys: (bucket) => named.get(bucket)?.keys() ?? [],
    sorted: (bucket) => named.get(bucket)?.sorted() ?? [],
    entry: ({ bucket, key }) => named.get(bucket)?.entry(key),
  };
};
