/** Ids of commands are remembered for as long as the same signature could still be in time. */
import type { Id } from '../vocabulary.ts';
import type { CommandOutcome, World } from '../world.ts';
import { commandKey, SIGNED_AFTER_MS, SIGNED_BEFORE_MS } from './judge.ts';

const KEPT_MS = SIGNED_BEFORE_MS + SIGNED_AFTER_MS;
/** So many that are forgotten may still stand in the queue. */
const SLACK = 4_096;

export type Remember = (subject: string, id: Id, now: number, outcome: CommandOutcome) => void;

/** Keeps a world's command ids. They come in the order of the log's time, so the oldest are the first. */
export const rememberIn = ({ commands }: Pick<World, 'commands'>): Remember => {
  // A map finds its first entry slowly after many went before it.
  let queue = [...commands.keys()];
  let first = 0;
  const forgetUntil = (time: number): void => {
    for (let oldest = queue[first]; oldest !== undefined && (commands.get(oldest)?.at ?? 0) < time; oldest = queue[first]) {
      commands.delete(oldest);
      first += 1;
    }
    if (first < SLACK || first * 2 < queue.length) return;
    queue = queue.slice(first);
    first = 0;
  };
  return (subject, id, now, outcome) => {
    const key = commandKey(subject, id);
    commands.set(key, { at: now, ...outcome });
    queue.push(key);
    forgetUntil(now - KEPT_MS);
  };
};
