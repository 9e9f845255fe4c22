/** Why something did not decode, without what it was: io-ts's own reporter prints values, and a value may be a secret. */
import * as t from 'io-ts';

const isOfSeveral = (type: t.Decoder<never, unknown> | undefined): boolean =>
  type instanceof t.UnionType || type instanceof t.IntersectionType || (type instanceof t.ExactType && isOfSeveral(type.type as t.Mixed));

/** Steps into something that has a name: which member of a union or an intersection was tried says nothing to who reads it. */
const named = (context: t.Context): t.Context => context.filter((_, i) => !isOfSeveral(context[i - 1]?.type));

/** One line for each field, at most 10: its path, and what was expected there. */
export const report = (errors: t.Errors): ReadonlyArray<string> => {
  const lines = errors.map(({ context }) => {
    const steps = named(context);
    const path = steps.map(({ key }) => key).filter((key) => key !== '').join('.');
    return `${path === '' ? 'the whole' : path}: expected ${steps.at(-1)?.type.name ?? 'something else'}`;
  });
  return [...new Set(lines)].slice(0, 10);
};
