/** What is left for people to do about keys. */
import type { KeyStatusView } from '../protocol/views.ts';

const DAY_MS = 86_400_000;
/** An operator's key that is older than that is to be replaced. */
const OPERATOR_KEY_DAYS = 30;

/** Whole days, 0 for what is younger or from the future. */
export const daysOld = (since: number, now: number): number => Math.max(0, Math.floor((now - since) / DAY_MS));

/** Such as `4 d`, and `7 h` for what is younger than two days. */
export const ageText = (since: number, now: number): string => {
  const hours = Math.max(0, Math.floor((now - since) / 3_600_000));
  return hours < 48 ? `${hours} h` : `${daysOld(since, now)} d`;
};

const BY_HAND = 'set a new one as KEY_ENCRYPTION_KEY and the old one as KEY_ENCRYPTION_KEY_PREVIOUS on every replica and restart them; then take the old one away and destroy it';
const IN_COPIES = 'other data directories hold it, so it does not replace itself: give it to all replicas as KEY_ENCRYPTION_KEY, or let them share one directory';

const mendOf = ({ rotatedBy, otherDirectories }: KeyStatusView): string => {
  if (rotatedBy === 'operator') return BY_HAND;
  return otherDirectories === 0 ? 'the service replaces it by itself within a minute; see its log if it does not' : IN_COPIES;
};

/** `isDue`: something is to be done now. */
export type KeyFinding = { readonly isDue: boolean; readonly what: string; readonly mend: string };

const ofOperator = (status: KeyStatusView, now: number): ReadonlyArray<KeyFinding> => {
  const { operatorKeyRetired, operatorKeySince, rotatedBy, otherDirectories } = status;
  const isOld = daysOld(operatorKeySince, now) >= OPERATOR_KEY_DAYS;
  if (operatorKeyRetired || isOld) return [{ isDue: true, what: `the operator key is ${operatorKeyRetired ? 'retired' : 'old'} and to be replaced`, mend: mendOf(status) }];
  return rotatedBy === 'service' && (otherDirectories ?? 0) > 0 ? [{ isDue: false, what: 'the operator key', mend: IN_COPIES }] : [];
};

const BY_ITSELF = 'the service does so by itself within a minute; see its log if it does not';

/** What there is to say about keys beside their ages; nothing if all is well. */
export const keyFindings = (status: KeyStatusView, now: number): ReadonlyArray<KeyFinding> => [
  ...ofOperator(status, now),
  ...status.keys.filter(({ current, retired }) => current && retired).map(({ purpose }) => ({ isDue: true, what: `the ${purpose} key is retired and to be replaced`, mend: BY_ITSELF })),
];

/** The same as sentences. */
export const keyAdvice = (status: KeyStatusView, now: number): ReadonlyArray<string> => keyFindings(status, now).map(({ what, mend }) => `${what}: ${mend}`);
