/** How far the read models are. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { isKeeping, notNow, type NotNow, type State } from './projector.ts';
import { readModels, type BadEntry } from './read.ts';
import { storedRows } from './rows.ts';
import type { ProjectorStatus } from './run.ts';

export const status = async (state: State): Promise<Either<NotNow | BadEntry, ProjectorStatus>> => {
  const settled = isKeeping(state) ? await state.keeper.settle() : undefined;
  if (settled !== undefined && isLeft(settled)) return left(notNow(state, settled.left));
  const items = await readModels(storedRows(state.store)).checkpoints();
  if (isLeft(items)) return items;
  const role = state.stopped !== undefined ? 'stopped' : isKeeping(state) ? 'projector' : 'standby';
  return right({ role, holder: state.lease.holder(), head: state.session.applied(), items: items.right });
};
