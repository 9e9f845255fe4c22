/** What an admin is told of a rotation: what it came to, and what is left for them to do. */
import type { CommandOf } from '../../events/command.ts';
import type { RotatedPurpose } from '../../events/keyring/keyring.ts';
import { currentKey } from '../../events/world.ts';
import type { Replica } from '../log/replica.ts';

const isOperatorOutside = 'the operator key comes from outside: set a new one as KEY_ENCRYPTION_KEY, the old one as KEY_ENCRYPTION_KEY_PREVIOUS, and restart; then destroy the old one';
const isOperatorShared =
  'the operator key stays, since other data directories hold it: give it to all replicas as KEY_ENCRYPTION_KEY, or let them share one directory; until then copies of the disk open with it';

const operatorNote = ({ fold, keyring }: Replica): string => {
  if (fold.world.keyring?.operatorRetired !== true) return 'everything is wrapped by a new operator key, the old one is gone';
  return keyring.operator.isOurs ? isOperatorShared : isOperatorOutside;
};

const NOTES: { readonly [P in RotatedPurpose]: (replica: Replica) => string } = {
  root: () => 'everything is wrapped by a new root key, the old one is gone',
  operator: operatorNote,
  log: () => 'what is written under the old log key counts for one minute more',
  signing: ({ fold }) => `clients that know the old signing key follow it to the new one; tell them the new one all the same: ${currentKey(fold.world, 'signing')?.public ?? ''}`,
  box: () => 'what is sealed to an older box key is refused, and clients ask for the new one by themselves',
};

export const rotationNote = (replica: Replica, { purposes }: CommandOf<'key.rotate'>): string => [...new Set(purposes)].map((purpose) => NOTES[purpose](replica)).join('. ');
