/** Waiting until the store holds what somebody has just done. */
import { isRight } from 'fp-ts/lib/Either.js';
import { WRITTEN } from './keeper.ts';
import { isKeeping, poke, type State } from './projector.ts';

/** How often a standby looks at how far the holder of the lease is, milliseconds. */
const LOOK_MS = 20;

/** Until something was written here, or the time is over. */
const news = ({ listeners }: State, limitMs: number): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      listeners.delete(done);
      resolve();
    };
    const timer = setTimeout(done, limitMs);
    listeners.add(done);
  });

const parse = (text: string): number => {
  const parsed: unknown = JSON.parse(text);
  return typeof parsed === 'object' && parsed !== null && 'seq' in parsed && typeof parsed.seq === 'number' ? parsed.seq : 0;
};

/** How far the store is, by the word of whoever writes it. */
const written = async ({ store }: State): Promise<number> => {
  const slot = await store.get('checkpoints', WRITTEN)();
  try {
    return isRight(slot) && slot.right.value !== null ? parse(slot.right.value) : 0;
  } catch {
    return 0;
  }
};

const isThere = async (state: State, seq: number): Promise<boolean> => {
  if (!isKeeping(state)) return (await written(state)) >= seq;
  // A sequence of reads alone changes nothing that is written at once, so nobody else asks for this step.
  if (state.keeper.written() < seq) poke(state);
  return state.keeper.written() >= seq;
};

export const waitFor = async (state: State, seq: number, limitMs: number): Promise<boolean> => {
  const end = performance.now() + limitMs;
  while (!(await isThere(state, seq))) {
    const left = end - performance.now();
    if (left <= 0 || state.stopped !== undefined) return false;
    await news(state, Math.min(left, LOOK_MS));
  }
  return true;
};
