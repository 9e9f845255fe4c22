/** What other replicas do with keys, followed: those that they add are opened, those that they destroy are forgotten. */
import { isLeft } from 'fp-ts/lib/Either.js';
import type { Event } from '../../events/event.ts';
import type { Folded } from '../../events/fold/verdict.ts';
import type { Replica } from '../log/replica.ts';
import { awaitKey } from './await-key.ts';

const eventsIn = ({ verdict }: Folded): ReadonlyArray<Event> => (verdict._tag === 'state' ? verdict.record.events : []);

/** One that does not open is under an operator's key that is not here; one that is not there any more has a successor already. */
const openAdded = async ({ keyring, health, fail }: Replica, id: string): Promise<void> => {
  const opened = await awaitKey(keyring, id, () => !health().failed);
  if (isLeft(opened) && opened.left.kind === 'config') fail(opened.left.message);
};

/** @param onDestroyed told of keys that are gone, whoever destroyed them: nobody goes on using them from memory */
export const watchKeys = (replica: Replica, onDestroyed: (ids: ReadonlyArray<string>) => void): void => {
  replica.onFolded((folded) => {
    for (const event of eventsIn(folded)) {
      if (event.type === 'KeyAdded') void openAdded(replica, event.key.id);
      if (event.type !== 'KeysDestroyed') continue;
      replica.keyring.forget(event.keys);
      onDestroyed(event.keys);
    }
  });
};
