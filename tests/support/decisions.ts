/** What decisions and verdicts came to, in a form that tests compare; and records that somebody changed. */
import type { Decision } from '../../events/decider.ts';
import type { Folded } from '../../events/fold/verdict.ts';
import type { LogRecord } from '../../events/record.ts';
import type { Draft } from './history.ts';

/** The code of a refusal, or the types of the events; `nothing` if there is nothing to do. */
export const cameTo = (decision: Decision): string => {
  if (decision._tag === 'Left') return decision.left.code;
  return decision.right.map(({ type }) => type).join(' ') || 'nothing';
};

/** What a fold said: `state`, `read`, `void <code>`, `skipped <why>`, `halted <why>`. */
export const saidOf = ({ verdict }: Folded): string => {
  if (verdict._tag === 'void') return `void ${verdict.refusal.code}`;
  return 'why' in verdict ? `${verdict._tag} ${verdict.why}` : verdict._tag;
};

/** The same with other content, as its writer could have made it. */
export const withRecord = ({ subject, record }: Draft, change: object): Draft => {
  const changed: LogRecord = { ...record, ...change };
  return { subject, record: changed };
};
