/**
 * Which keys are replaced now: the operator's when it is old or an admin wants it, then those of the keyring that an admin
 * retired. Each step is found again in the folded state, or in the key file, so what was interrupted goes on at the next start.
 */
import { isLeft, left, type Either } from 'fp-ts/lib/Either.js';
import type { KeyPurpose } from '../../events/keyring/keyring.ts';
import { currentKey, type Key, type World } from '../../events/world.ts';
import { failure } from '../failure.ts';
import { done, each, type Step, type TidyParts } from '../log/tidy-step.ts';
import { freshKey } from './fresh.ts';

/** An operator's key that we keep is replaced by itself when it is older than that, milliseconds. */
export const OPERATOR_KEY_MS = 30 * 24 * 60 * 60 * 1000;

/** When the operator's key of now came into use, milliseconds. */
export const operatorKeySince = ({ keyring }: World): number => (keyring === null ? 0 : (keyring.operatorKeys.get(keyring.operatorKey) ?? 0));

const isDue = (world: World, now: number): boolean => world.keyring?.operatorRetired === true || now >= operatorKeySince(world) + OPERATOR_KEY_MS;

/** A new operator's key in our file. Not while the one before it is still needed, and not where others have copies of the file. */
const renewOperatorKey = async ({ replica: { fold, keyring }, holders, now, warn }: TidyParts): Promise<Step> => {
  const { operator } = keyring;
  if (!isDue(fold.world, now())) return done;
  if (!operator.isOurs) return warn('the operator key is to be replaced: set a new one as KEY_ENCRYPTION_KEY, the old one as KEY_ENCRYPTION_KEY_PREVIOUS, and restart');
  if (operator.hasPrevious()) return done;
  const others = await holders.others();
  if (isLeft(others)) return others;
  return others.right === 0
    ? operator.rotate(now())
    : warn(`the operator key is to be replaced, but ${others.right} other data directories hold it: give it to all replicas as KEY_ENCRYPTION_KEY, or let them share one directory`);
};

/** From this event on no key counts that is wrapped by the one before, so what is wrapped again after it is all that there is. */
const nameOperatorKey = ({ replica: { fold, keyring }, follow }: TidyParts): Promise<Step> | Step => {
  const { operator } = keyring;
  const known = fold.world.keyring;
  const operatorKey = operator.current();
  // One that was replaced is that of a process which was not restarted yet.
  if (known === null || known.operatorKeys.has(operatorKey)) return done;
  if (operator.keyFor(known.operatorKey) === undefined)
    return left(failure('config', 'the operator key of before is not here', 'set it as KEY_ENCRYPTION_KEY_PREVIOUS until everything is wrapped again'));
  return follow({ operation: 'operator-key.replace', operatorKey });
};

/** A rotation of our file that was interrupted is finished before the next one begins. */
export const isOperatorKeyNext = ({ replica: { fold, keyring } }: Pick<TidyParts, 'replica'>): boolean =>
  fold.world.keyring?.operatorRetired === true && keyring.operator.isOurs && keyring.operator.hasPrevious();

const successorOf = async ({ replica: { fold, keyring }, follow }: TidyParts, old: Key): Promise<Step> => {
  const signer = old.purpose === 'signing' ? await keyring.open(old.id) : undefined;
  if (signer !== undefined && isLeft(signer)) return signer;
  const { key, ...info } = freshKey(old.purpose, signer === undefined ? null : signer.right);
  const operatorKey = fold.world.keyring?.operatorKey ?? keyring.operator.current();
  const id: Either<unknown, Key['id']> = await keyring.add(old.purpose, operatorKey, key);
  return isLeft(id) ? id : follow({ operation: 'key.replace', key: { id: id.right, ...info }, old: old.id });
};

const PURPOSES: ReadonlyArray<KeyPurpose> = ['log', 'root', 'signing', 'box'];

/** A new root is wrapped by no operator's key that is about to go: so it comes after that one. */
const replaceRetired = (parts: TidyParts): Promise<Step> =>
  each(PURPOSES, (purpose) => {
    const current = currentKey(parts.replica.fold.world, purpose);
    return current?.retired !== true || (purpose === 'root' && isOperatorKeyNext(parts)) ? done : successorOf(parts, current);
  });

export const replaceKeys = (parts: TidyParts): Promise<Step> => each([renewOperatorKey, nameOperatorKey, replaceRetired], (step) => step(parts));
