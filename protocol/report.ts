/** Why something did not decode, without what it was: io-ts's own reporter prints values, and a value may be a secret. */
import type { Errors } from 'io-ts';

/** One line for each fault: the path of the field and what was expected there. */
export const report = (errors: Errors): ReadonlyArray<string> =>
  errors.slice(0, 10).map(({ context }) => {
    const path = context.map(({ key }) => key).filter((key) => key !== '').join('.');
    return `${path === '' ? 'the whole' : path}: expected ${context.at(-1)?.type.name ?? 'something else'}`;
  });
