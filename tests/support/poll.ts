/** Waiting in tests for something that nobody tells about. */
import { setTimeout as delay } from 'node:timers/promises';
import { until } from './latch.ts';

const EVERY_MS = 10;

/** What is asked once may take longer than the limit, but not for ever. */
const ONE_MS = 60_000;

/** Asks again and again until there is an answer; rejects after `limitMs` milliseconds with an Error that names `what` was waited for. */
export const eventually = async <A>(ask: () => Promise<A | undefined> | A | undefined, limitMs: number, what: string): Promise<A> => {
  for (const end = performance.now() + limitMs; ; await delay(EVERY_MS)) {
    const found = await until(Promise.resolve(ask()), limitMs + ONE_MS, what);
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`waited ${limitMs} ms for ${what}`);
  }
};
