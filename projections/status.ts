/** How far the read models are. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import type { ReplicaId } from '../events/vocabulary.ts';
import type { ProjectionView } from '../protocol/views.ts';
import { isKeeping, noteFailure, notNow, type NotNow, type State } from './projector.ts';
import { readModels, type BadEntry } from './read.ts';
import { storedRows } from './rows.ts';

export type ProjectorStatus = {
  readonly role: 'projector' | 'standby' | 'stopped';
  readonly holder: ReplicaId | null;
  /** The last message that was folded here. */
  readonly head: number;
  /** As of the holder's last checkpoint; of now, where it is asked itself. */
  readonly items: ReadonlyArray<ProjectionView>;
};

export const status = async (state: State): Promise<Either<NotNow | BadEntry, ProjectorStatus>> => {
  const settled = isKeeping(state) ? await state.keeper.settle() : undefined;
  if (settled !== undefined && noteFailure(state, settled)) return left(notNow(state, settled.left));
  const items = await readModels(storedRows(state.store)).checkpoints();
  if (isLeft(items)) return items;
  const role = state.stopped !== undefined ? 'stopped' : isKeeping(state) ? 'projector' : 'standby';
  return right({ role, holder: state.lease.holder(), head: state.session.applied(), items: items.right });
};
