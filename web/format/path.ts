/** Paths of secrets, as people type and look through them. */
import { Prefix, SecretPath, type Namespace } from '../../events/vocabulary.ts';

export const PATH_HINT = '2 to 8 parts of letters, digits, _ . - with / between; the last is the name';

export const isPath = (text: string): text is SecretPath => SecretPath.is(text);
export const isPrefixText = (text: string): text is Prefix => Prefix.is(text);

/** The namespace of a path with a slash at its end: what a grant to all of it is given to. */
export const namespacePrefix = (path: string): Prefix => path.slice(0, path.lastIndexOf('/') + 1) as Prefix;

/** The last part. */
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** `prefix` ends in a slash; `namespace`: it is one itself, and not only on the way to one. */
export type Branch = { readonly name: string; readonly prefix: string; readonly isNamespace: boolean; readonly children: ReadonlyArray<Branch> };

/** Namespaces as a tree, in alphabetical order. */
export const treeOf = (namespaces: ReadonlyArray<Namespace | string>, under = ''): ReadonlyArray<Branch> => {
  const below = namespaces.filter((namespace) => namespace.startsWith(under)).map((namespace) => namespace.slice(under.length));
  const names = [...new Set(below.map((rest) => rest.split('/')[0] ?? ''))].sort();
  return names.map((name) => {
    const prefix = `${under}${name}/`;
    return { name, prefix, isNamespace: below.includes(name), children: treeOf(namespaces, prefix) };
  });
};
