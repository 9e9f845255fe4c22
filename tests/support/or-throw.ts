import { isLeft, type Either } from 'fp-ts/lib/Either.js';

/** What a test cannot do without; throws with what stands in its place. */
export const orThrow = <E, A>(result: Either<E, A>): A => {
  if (isLeft(result)) throw new Error(`not expected: ${JSON.stringify(result.left)}`);
  return result.right;
};

/** What is made for a test; what was started for it already is stopped where that fails, or the process would never end. */
export const orStopped = async <A>(make: () => Promise<A>, stop: () => Promise<unknown>): Promise<A> => {
  try {
    return await make();
  } catch (error) {
    await stop();
    throw error;
  }
};
