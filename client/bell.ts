/** A bell that can be rung before anyone waits for it; rung many times it is heard once. */
import type { Time } from './retry.ts';

export type Bell = {
  readonly ring: () => void;
  /** Until it rings, or rang since it was heard last; at most `ms`. */
  readonly heard: (ms: number) => Promise<void>;
  /** What rang until now does not count. */
  readonly forget: () => void;
  /** No longer listens to the signal. */
  readonly silence: () => void;
};

/** Given, for the error that an abort makes by itself takes longer than everything else about it. */
const RUNG = 'rung';

/** @param signal rings it when it is aborted, and then for ever */
export const newBell = (time: Time, signal?: AbortSignal): Bell => {
  let rung = false;
  let waiting: AbortController | undefined;
  const ring = () => {
    rung = true;
    waiting?.abort(RUNG);
  };
  const heard = async (ms: number): Promise<void> => {
    waiting = new AbortController();
    if (rung || signal?.aborted === true) waiting.abort(RUNG);
    await time.pause(ms, waiting.signal);
    waiting = undefined;
    rung = false;
  };
  signal?.addEventListener('abort', ring);
  return { ring, heard, forget: () => void (rung = false), silence: () => signal?.removeEventListener('abort', ring) };
};
