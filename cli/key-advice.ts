/** What is left for people to do about keys. */
import type { KeyStatusView } from '../protocol/views.ts';

const DAY_MS = 86_400_000;
/** An operator's key that is older than that is to be replaced. */
const OPERATOR_KEY_DAYS = 30;

/** Whole days, 0 for what is younger or from the future. */
export const daysOld = (since: number, now: number): number => Math.max(0, Math.floor((now - since) / DAY_MS));

const BY_HAND = 'set a new one as KEY_ENCRYPTION_KEY and the old one as KEY_ENCRYPTION_KEY_PREVIOUS on every replica and restart them; then take the old one away and destroy it';
const IN_COPIES = 'other data directories hold it, so it does not replace itself: give it to all replicas as KEY_ENCRYPTION_KEY, or let them share one directory';

const mendOf = ({ rotatedBy, otherDirectories }: KeyStatusView): string => {
  if (rotatedBy === 'operator') return BY_HAND;
  return otherDirectories === 0 ? 'the service replaces it by itself within a minute; see its log if it does not' : IN_COPIES;
};

/** Sentences about an operator's key that is to be replaced, and about copies of it; none if all is well. */
export const keyAdvice = (status: KeyStatusView, now: number): ReadonlyArray<string> => {
  const { operatorKeyRetired, operatorKeySince, rotatedBy, otherDirectories } = status;
  const isOld = daysOld(operatorKeySince, now) >= OPERATOR_KEY_DAYS;
  if (operatorKeyRetired || isOld) return [`the operator key is ${operatorKeyRetired ? 'retired' : 'old'} and to be replaced: ${mendOf(status)}`];
  return rotatedBy === 'service' && (otherDirectories ?? 0) > 0 ? [`the operator key: ${IN_COPIES}`] : [];
};
