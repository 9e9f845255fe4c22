/** Starts of an installation, each in a process of its own. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { startChild } from '../child.ts';
import type { Installation } from './installation.ts';

export type Load = { readonly rssBytes: number; readonly cpuMs: number };
export type Running = {
  /** From the beginning of the process until requests were answered. */
  readonly ready: Load & { readonly readyMs: number };
  /** The fold is saved: the next start goes on from there. */
  readonly saved: () => Promise<void>;
  /** Its load once it has nothing more to do. */
  readonly atRest: () => Promise<Load>;
  readonly end: () => Promise<unknown>;
};

const LIMIT_MS = 600_000;
/** Longer than what a start leaves behind is kept: see `services/small-heap.ts`. */
const REST_MS = 15_000;
/** Of one processor: timers, and no work. */
const AT_REST = 0.05;

const within = async <A>(look: () => Promise<A | undefined>, what: string): Promise<A> => {
  for (const end = Date.now() + LIMIT_MS; Date.now() < end; ) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error(`waited too long for ${what}`);
};

export const startOnce = async ({ nats, dataDir }: Installation): Promise<Running> => {
  const child = startChild('one-start', [nats.url, dataDir], dataDir);
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, 'exit');
  const said = async (): Promise<string> => {
    const [line] = (await Promise.race([once(lines, 'line'), ended.then(() => Promise.reject(new Error('it ended')))])) as [string];
    return line;
  };
  const ready = JSON.parse(await said()) as Running['ready'];
  const load = async (): Promise<Load> => {
    const answer = said();
    child.stdin.write('\n');
    return JSON.parse(await answer) as Load;
  };
  return {
    ready,
    saved: () => within(async () => (await delay(100), existsSync(join(dataDir, 'fold.jsonl')) ? true : undefined), 'the fold to be saved').then(() => undefined),
    atRest: () =>
      within(async () => {
        const before = await load();
        await delay(REST_MS);
        const after = await load();
        return after.cpuMs - before.cpuMs < REST_MS * AT_REST ? after : undefined;
      }, 'it to come to rest'),
    end: async () => {
      child.stdin.end();
      await ended;
    },
  };
};
