/** All entries of all read models as text, and what is said of them in a checkpoint. */
import { setImmediate } from 'node:timers/promises';
import type { Count, Sequence } from '../events/vocabulary.ts';
import type { ProjectionView } from '../protocol/views.ts';
import type { Models } from './models.ts';
import { PROJECTIONS, type ProjectionName } from './projection.ts';

export type Snapshot = ReadonlyMap<ProjectionName, ReadonlyMap<string, string>>;

const ENTRIES_AT_ONCE = 500;

/** Lets other work through in between; nobody may change the models meanwhile. */
export const snapshotOf = async (models: Models): Promise<Snapshot> => {
  const snapshot = new Map<ProjectionName, Map<string, string>>(PROJECTIONS.map((name) => [name, new Map()]));
  let count = 0;
  for (const spot of models.spots()) {
    snapshot.get(spot.bucket)?.set(spot.key, models.encoded(spot) ?? '');
    count += 1;
    if (count % ENTRIES_AT_ONCE === 0) await setImmediate();
  }
  return snapshot;
};

export const sizeOf = (snapshot: Snapshot): number => [...snapshot.values()].reduce((sum, { size }) => sum + size, 0);

const encoder = new TextEncoder();

/** One line for each entry, in the order of keys: its key, a space, its text. */
const listing = (entries: ReadonlyMap<string, string>): string =>
  [...entries]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key} ${value}\n`)
    .join('');

/** @param hash of the listing of each read model, in UTF-8 */
export const checkpointsOf = (snapshot: Snapshot, seq: number, hash: (bytes: Uint8Array) => string): ReadonlyArray<ProjectionView> =>
  [...snapshot].map(([projection, entries]) => ({
    projection,
    seq: seq as Sequence,
    entries: entries.size as Count,
    digest: hash(encoder.encode(listing(entries))),
  }));
