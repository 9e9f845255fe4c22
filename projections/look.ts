/** Full blocks of the audit index that somebody else has written: then their text need not be held here. */
import { isLeft } from 'fp-ts/lib/Either.js';
import type { Session } from './session.ts';
import type { ViewStore } from './view-store.ts';

/** Whoever writes them writes the oldest first: after one that is not there, or is another, as where blocks are cut otherwise, no other is looked for. */
export const lookForBlocks = async (store: ViewStore, { models }: Pick<Session, 'models'>): Promise<void> => {
  for (const { key, text } of models.audit.blocks) {
    if (text === undefined) continue;
    const slot = await store.get('audit', key)();
    if (isLeft(slot) || slot.right.value === null) return;
    const spot = { bucket: 'audit', key } as const;
    if (!models.isSame(spot, slot.right.value)) return;
    models.stored(spot);
  }
};
