import { isLeft, type Either } from 'fp-ts/lib/Either.js';

/** What a test cannot do without; throws with what stands in its place. */
export const orThrow = <E, A>(result: Either<E, A>): A => {
  if (isLeft(result)) throw new Error(`not expected: ${JSON.stringify(result.left)}`);
  return result.right;
};
