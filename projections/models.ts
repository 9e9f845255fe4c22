/** All read models in memory, and what each entry looks like as text. */
import type { Type } from 'io-ts';
import type { Folded } from '../events/fold/verdict.ts';
import type { World } from '../events/world.ts';
import { access } from './access.ts';
import { catalog } from './catalog.ts';
import { inbox } from './inbox.ts';
import { factsOf, type Fact, type Projection, type ProjectionName } from './projection.ts';
import { services } from './services.ts';
import { usage } from './usage.ts';

/** An entry as it is stored. */
export type Row = { readonly bucket: ProjectionName; readonly key: string; readonly value: string };
/** The name of an entry. */
export type Spot = { readonly bucket: ProjectionName; readonly key: string };

type Model = {
  readonly name: ProjectionName;
  /** The keys that the fact changed. */
  readonly apply: (fact: Fact) => ReadonlyArray<string>;
  readonly keys: () => Iterable<string>;
  readonly encoded: (key: string) => string | undefined;
};

/** JSON with names in their order, so that an entry is the same text however it came about. */
const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name as keyof typeof value])}`);
  return `{${fields.join(',')}}`;
};

/** The stored text of an entry. */
export const encodeEntry = <E>(codec: Type<E, unknown>, entry: E): string => canonical(codec.encode(entry));

const modelOf = <E>({ name, entry: codec, evolve }: Projection<E>): Model => {
  const entries = new Map<string, E>();
  return {
    name,
    apply: (fact) =>
      evolve(entries, fact).map(([key, entry]) => {
        if (entry === undefined) entries.delete(key);
        else entries.set(key, entry);
        return key;
      }),
    keys: () => entries.keys(),
    encoded: (key) => {
      const entry = entries.get(key);
      return entry === undefined ? undefined : encodeEntry(codec, entry);
    },
  };
};

export type Models = {
  /** Changes the entries; where they changed. `world`: the state after the message. */
  readonly apply: (folded: Folded, world: World) => ReadonlyArray<Spot>;
  /** An entry as it is stored, undefined if there is none. */
  readonly encoded: (spot: Spot) => string | undefined;
  readonly spots: () => Iterable<Spot>;
};

export const newModels = (): Models => {
  const models = [catalog, services, access, inbox, usage].map((projection) => modelOf(projection as Projection<unknown>));
  const named = new Map(models.map((model) => [model.name, model]));
  return {
    apply: (folded, world) =>
      factsOf(folded, world).flatMap((fact) => models.flatMap(({ name, apply }) => apply(fact).map((key) => ({ bucket: name, key })))),
    encoded: ({ bucket, key }) => named.get(bucket)?.encoded(key),
    *spots() {
      for (const { name, keys } of models) for (const key of keys()) yield { bucket: name, key };
    },
  };
};
