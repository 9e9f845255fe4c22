/** Waiting in tests for something that nobody tells about. */
import { setTimeout as delay } from 'node:timers/promises';

const EVERY_MS = 10;

/** Asks again and again until there is an answer; rejects after `limitMs` milliseconds with an Error that names `what` was waited for. */
export const eventually = async <A>(ask: () => Promise<A | undefined> | A | undefined, limitMs: number, what: string): Promise<A> => {
  for (const end = performance.now() + limitMs; ; await delay(EVERY_MS)) {
    const found = await ask();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`waited ${limitMs} ms for ${what}`);
  }
};
