/** A clock that stands still until the test moves it. */
import type { Time } from '../../client/retry.ts';

export type ManualTime = Time & {
  /** Moves on by `ms`, ending each pause at its own moment, and lets what follows from it happen. */
  readonly advance: (ms: number) => Promise<void>;
};

/** Lets everything happen that waits for nothing but its turn. */
export const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

/** @param start milliseconds since 1970 UTC */
export const manualTime = (start = 1_700_000_000_000): ManualTime => {
  let now = start;
  const pauses = new Set<{ readonly at: number; readonly end: () => void }>();

  const pause = (ms: number, until?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const end = () => {
        pauses.delete(entry);
        until?.removeEventListener('abort', end);
        resolve();
      };
      const entry = { at: now + ms, end };
      pauses.add(entry);
      until?.addEventListener('abort', end);
      if (until?.aborted === true) end();
    });
  const advance = async (ms: number): Promise<void> => {
    const target = now + ms;
    await settled();
    for (;;) {
      const [next] = [...pauses].filter(({ at }) => at <= target).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      now = Math.max(now, next.at);
      next.end();
      await settled();
    }
    now = target;
  };
  return { now: () => now, pause, advance };
};
