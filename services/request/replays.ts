/** Ids of requests that were accepted, for as long as their time would still be accepted. */
import { REQUEST_CLOCK_MS } from '../../protocol/wire.ts';

const REMEMBERED_MAX = 2_000_000;

export type Replays = {
  /** Remembers an id; says whether it is new, or that no more can be remembered. */
  readonly see: (id: string) => 'new' | 'seen' | 'full';
};

// 48 bits of a random id tell two million of them apart, and take a tenth of the memory.
const SHORT_BYTES = 6;
const short = Buffer.alloc(SHORT_BYTES);
const shorten = (id: string): number => {
  short.write(id, 0, SHORT_BYTES, 'base64url');
  return short.readUIntBE(0, SHORT_BYTES);
};

/**
 * Two generations, so that forgetting costs nothing: an id is remembered for one to two of them.
 * @param generationMs at least as long as what bears an id is accepted
 */
export const makeReplays = (now: () => number = Date.now, generationMs = 2 * REQUEST_CLOCK_MS): Replays => {
  let current = new Set<number>();
  let before = new Set<number>();
  let since = now();
  return {
    see: (id) => {
      if (now() - since > generationMs) [before, current, since] = [current, new Set(), now()];
      const short = shorten(id);
      if (current.has(short) || before.has(short)) return 'seen';
      if (current.size >= REMEMBERED_MAX) return 'full';
      current.add(short);
      return 'new';
    },
  };
};
