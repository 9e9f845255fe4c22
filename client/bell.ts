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

/** @param signal rings it when it is aborted, and then for ever */
export const newBell = (time: Time, signal?: AbortSignal): Bell => {
  let rung = false;
  let waiting: AbortController | undefined;
  const ring = () => {
    rung = true;
    waiting?.abort();
  };
  const heard = async (ms: number): Promise<void> => {
    waiting = new AbortController();
    if (rung || signal?.aborted === true) waiting.abort();
    await time.pause(ms, waiting.signal);
    waiting = undefined;
    rung = false;
  };
  signal?.addEventListener('abort', ring);
  return { ring, heard, forget: () => void (rung = false), silence: () => signal?.removeEventListener('abort', ring) };
};
