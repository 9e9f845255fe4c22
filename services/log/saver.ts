/** When the fold is saved: after so much that a start without it would be felt, and at a clean stop. */
import { makeQueues } from './queues.ts';
import type { Replica } from './replica.ts';
import { saveFold } from './saved-fold.ts';

/** About a tenth of a second of folding. */
const WORTH_SAVING = 2_000;

export type Saver = {
  /** Saves if there is enough that is not saved yet. */
  readonly saveIfDue: () => Promise<void>;
  /** Saves whatever is not. */
  readonly save: () => Promise<void>;
};

export const makeSaver = (dataDir: string, replica: Replica): Saver => {
  const inTurn = makeQueues();
  let saved = 0;
  const saveFrom = (least: number): Promise<void> =>
    inTurn('', async () => {
      const folded = replica.folded();
      if (folded - saved >= least && (await saveFold(dataDir, replica))) saved = folded;
    });
  return { saveIfDue: () => saveFrom(WORTH_SAVING), save: () => saveFrom(1) };
};
