/** How much a test does: the short form is part of `npm test`, the long form of `npm run test:long`. */

/** @returns `long` in the long form, which takes as long as it needs; `short` everywhere else */
export const scaled = (short: number, long: number): number => (process.env.JETLOCK_TEST_LONG === '1' ? long : short);
