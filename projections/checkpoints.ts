/** What is said of each read model in a checkpoint. */
import { setImmediate } from 'node:timers/promises';
import type { Count, Sequence } from '../events/vocabulary.ts';
import type { ProjectionView } from '../protocol/views.ts';
import type { Models } from './models.ts';
import { PROJECTIONS, type ProjectionName } from './projection.ts';

/** A digest of bytes that come piece by piece. */
export type Hashing = { readonly add: (bytes: Uint8Array) => void; readonly digest: () => string };

/** Units of text that are taken in at once: the texts of all entries together would be many times what the entries take. */
const PIECE = 64 * 1024;

const encoder = new TextEncoder();

/** The digest of one line for each entry, in the order of keys: its key, a space, its text, or of a block of the audit index the digest of that. */
const digestOf = async (models: Models, bucket: ProjectionName, keys: ReadonlyArray<string>, hashing: Hashing): Promise<string> => {
  let piece = '';
  for (const key of keys) {
    piece += `${key} ${models.summary({ bucket, key }) ?? ''}\n`;
    if (piece.length < PIECE) continue;
    hashing.add(encoder.encode(piece));
    piece = '';
    await setImmediate();
  }
  hashing.add(encoder.encode(piece));
  return hashing.digest();
};

/** Lets other work through in between; nobody may change the models meanwhile. */
export const checkpointsOf = async (models: Models, seq: number, newHashing: () => Hashing): Promise<ReadonlyArray<ProjectionView>> => {
  const views: ProjectionView[] = [];
  for (const projection of PROJECTIONS) {
    const keys = [...models.keys(projection)].sort();
    const digest = await digestOf(models, projection, keys, newHashing());
    views.push({ projection, seq: seq as Sequence, entries: keys.length as Count, digest });
  }
  return views;
};
