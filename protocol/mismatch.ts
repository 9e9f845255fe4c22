/** How it is told that a value is not what a service expects. Nothing of the value is in it. */
import type { Check } from '../events/expectation.ts';

export const mismatches = (checks: ReadonlyArray<Check>): ReadonlyArray<Check> => checks.filter(({ fits }) => fits === false);

export const mismatchText = ({ service, kind, wanted }: Check): string => `does not match the ${kind} ${wanted} that service ${service} asks for`;

/** For whoever wrote the value; null if there is nothing to say. */
export const mismatchNote = (checks: ReadonlyArray<Check>): string | null => {
  const found = mismatches(checks);
  return found.length === 0 ? null : `the value ${found.map(mismatchText).join(', ')}`;
};
