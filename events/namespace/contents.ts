/** What a namespace holds now: the secrets directly in it that have a value. */
import { namespaceOf, type Namespace, type SecretPath } from '../vocabulary.ts';
import { currentVersion, type Present, type SecretVersion, type World } from '../world.ts';

/** Where a path stands among others, or would: behind all that come before it. */
const placeOf = (present: ReadonlyArray<Present>, path: SecretPath): number => {
  let [from, to] = [0, present.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((present[middle] as Present).path < path) from = middle + 1;
    else to = middle;
  }
  return from;
};

const isAt = (present: ReadonlyArray<Present>, at: number, path: SecretPath): boolean => present[at]?.path === path;

/** Another list: the one before stays as it was for those who have it. */
const changed = (present: ReadonlyArray<Present>, path: SecretPath, version: SecretVersion | undefined): ReadonlyArray<Present> => {
  const at = placeOf(present, path);
  return present.toSpliced(at, isAt(present, at, path) ? 1 : 0, ...(version === undefined ? [] : [{ path, version }]));
};

/** Takes down that a path has a value, another one, or none any more. */
export const setPresent = ({ contents }: World, path: SecretPath, version: SecretVersion | undefined): void => {
  const namespace = namespaceOf(path);
  const known = contents.get(namespace) ?? { paths: new Set<SecretPath>(), sorted: undefined };
  if (version === undefined) known.paths.delete(path);
  else known.paths.add(path);
  // As long as nobody reads it, none of its changes costs more than this.
  if (known.sorted !== undefined) known.sorted = changed(known.sorted, path, version);
  if (known.paths.size > 0) contents.set(namespace, known);
  else contents.delete(namespace);
};

const NOTHING: ReadonlyArray<Present> = [];

/** By path. The same list until something in the namespace changes: a read costs no more than to look it up. */
export const contentsOf = (world: World, namespace: Namespace): ReadonlyArray<Present> => {
  const known = world.contents.get(namespace);
  if (known === undefined) return NOTHING;
  known.sorted ??= [...known.paths].sort().flatMap((path) => {
    const version = currentVersion(world.secrets.get(path));
    return version === undefined ? [] : [{ path, version }];
  });
  return known.sorted;
};

/** Those that come after a path, whether it is one of them or not. */
export const behind = (present: ReadonlyArray<Present>, path: SecretPath): ReadonlyArray<Present> => {
  const at = placeOf(present, path);
  return present.slice(isAt(present, at, path) ? at + 1 : at);
};
