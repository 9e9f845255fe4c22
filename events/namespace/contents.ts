/** What a namespace holds now: the secrets directly in it that have a value. */
import { namespaceOf, type Namespace, type SecretPath } from '../vocabulary.ts';
import { currentVersion, type Present, type World } from '../world.ts';

/** Takes down whether a path has a value, or that it has another one. */
export const setPresent = ({ contents }: World, path: SecretPath, isPresent: boolean): void => {
  const namespace = namespaceOf(path);
  const known = contents.get(namespace) ?? { paths: new Set<SecretPath>(), sorted: undefined };
  if (isPresent) known.paths.add(path);
  else known.paths.delete(path);
  known.sorted = undefined;
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
