/** What a schema expects of values, where no service checks it. The checker is loaded only where something is expected. */
import type { Wish } from './schema.ts';
import type { Gotten } from './source.ts';

/** A key, and what its value has not: `format uri`, or `pattern`. */
export type Mismatch = { readonly wish: Wish; readonly lacks: string };

type Expected = { readonly wish: Wish; readonly kind: 'format' | 'pattern'; readonly wanted: string };

const expectedOf = (wish: Wish): ReadonlyArray<Expected> =>
  (['format', 'pattern'] as const).flatMap((kind) => (wish[kind] === undefined ? [] : [{ wish, kind, wanted: wish[kind] }]));

/** Of the keys that have a value those that do not match. What the checker of the service cannot tell of a pattern is passed over here too. */
export const mismatchesIn = async (wishes: ReadonlyArray<Wish>, got: Gotten): Promise<ReadonlyArray<Mismatch>> => {
  const expected = wishes.filter(({ key }) => got.has(key)).flatMap(expectedOf);
  if (expected.length === 0) return [];
  const { fits } = await import('../protocol/expectations/check.ts');
  const checked = await Promise.all(expected.map(async (one) => ({ ...one, fits: await fits(one, got.get(one.wish.key)?.text() ?? '') })));
  return checked.filter((one) => one.fits === false).map(({ wish, kind, wanted }) => ({ wish, lacks: kind === 'format' ? `format ${wanted}` : kind }));
};
