/** What a decision came to, in a form that tests compare. */
import type { Decision } from '../../events/decider.ts';

/** The code of a refusal, or the types of the events; `nothing` if there is nothing to do. */
export const cameTo = (decision: Decision): string => {
  if (decision._tag === 'Left') return decision.left.code;
  return decision.right.map(({ type }) => type).join(' ') || 'nothing';
};
