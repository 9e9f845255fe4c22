/** How much a test does: the short form is part of `npm test`, the long form of `npm run test:long`. */

const isLong = process.env.JETLOCK_TEST_LONG === '1';

/** @returns `long` in the long form, which takes as long as it needs; `short` everywhere else */
export const scaled = (short: number, long: number): number => (isLong ? long : short);

/** Makes a test part of the long form alone: one beside it, or a race, shows the same for less time. */
export const inLongForm = (make: () => void): void => {
  if (isLong) make();
};
