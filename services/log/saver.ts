/** When the fold is saved: after so much that a start without it would be felt. A short log is folded from its first message at every start. */
import { makeQueues } from './queues.ts';
import type { Replica } from './replica.ts';
import { saveFold } from './saved-fold.ts';

/** State messages: about a tenth of a second of folding. */
const WORTH_SAVING = 2_000;

/** @returns saves the fold if enough of it is not saved yet */
export const makeSaver = (dataDir: string, replica: Replica): (() => Promise<void>) => {
  const inTurn = makeQueues();
  let saved = 0;
  return () =>
    inTurn('', async () => {
      const folded = replica.folded();
      if (folded - saved >= WORTH_SAVING && (await saveFold(dataDir, replica))) saved = folded;
    });
};
