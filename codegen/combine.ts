/** The schemas of several packages as one: every secret that a program with all of them wants. */
import * as E from 'fp-ts/lib/Either.js';
import type { Property, Schema } from '../protocol/schema.ts';

/** A package without a version is none that was installed. */
export type Packaged = { readonly name: string; readonly version: string | undefined; readonly schema: Schema };

/** Two packages that mean different things by one key. Versions are named since one package can be there twice. */
export type Conflict = { readonly key: string; readonly packages: readonly [string, string]; readonly differIn: ReadonlyArray<string> };

type Defined = { readonly key: string; readonly property: Property; readonly by: Packaged };

const ASPECTS = ['description', 'format', 'pattern', 'default', 'path'] as const satisfies ReadonlyArray<keyof Property>;

const differing = (one: Property, other: Property): ReadonlyArray<string> => ASPECTS.filter((aspect) => one[aspect] !== other[aspect]);

const label = ({ name, version }: Packaged): string => (version === undefined ? name : `${name}@${version}`);

/** By UTF-16 code units: the same order everywhere, whatever the locale. */
const ascending = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
const sorted = (texts: Iterable<string>): ReadonlyArray<string> => [...new Set(texts)].sort(ascending);

const byKey = (packages: ReadonlyArray<Packaged>): ReadonlyMap<string, ReadonlyArray<Defined>> => {
  const found = new Map<string, Defined[]>();
  for (const by of packages)
    for (const [key, property] of Object.entries(by.schema.properties)) found.set(key, [...(found.get(key) ?? []), { key, property, by }]);
  return new Map(sorted(found.keys()).map((key) => [key, found.get(key) ?? []]));
};

/** What the others say against the first. */
const conflictsAmong = ([first, ...others]: ReadonlyArray<Defined>): ReadonlyArray<Conflict> =>
  others.flatMap(({ key, property, by }) => {
    const differIn = first === undefined ? [] : differing(first.property, property);
    return first === undefined || differIn.length === 0 ? [] : [{ key, packages: [label(first.by), label(by)] as const, differIn }];
  });

const merged = (defined: ReadonlyArray<Defined>): ReadonlyArray<readonly [string, Property]> =>
  defined.slice(0, 1).map(({ key, property }) => [key, { ...property, source: sorted(defined.map(({ by }) => by.name)) }]);

/**
 * One schema, sorted by key, each property with the packages that want it as `source`; a key is required if one of them
 * requires it. Or every key that two of them define differently.
 * @param packages the package itself first: its title is kept
 */
export const combine = (packages: ReadonlyArray<Packaged>): E.Either<ReadonlyArray<Conflict>, Schema> => {
  const all = [...byKey(packages).values()];
  const conflicts = all.flatMap(conflictsAmong);
  if (conflicts.length > 0) return E.left(conflicts);
  const { $schema, title } = packages[0]?.schema ?? {};
  return E.right({
    ...($schema === undefined ? {} : { $schema }),
    $comment: 'Made by jetlock generate --combined, do not edit.',
    ...(title === undefined ? {} : { title }),
    type: 'object',
    properties: Object.fromEntries(all.flatMap(merged)),
    required: sorted(packages.flatMap(({ schema }) => schema.required ?? [])),
  });
};
