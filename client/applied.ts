/** Telling the service which versions this process runs. Nothing of it ever disturbs the program: what fails is told again later. */
import { REPORT_AGAIN_MS } from '../protocol/operations.ts';
import { PATHS_MAX } from '../protocol/wire.ts';
import type { Client } from './client.ts';
import { backOff, pauseAfterOthers, type Time } from './retry.ts';

export type Applied = {
  /** That version of a path is in use; of several of the same path the last one is told. */
  readonly tell: (path: string, version: number) => void;
  /** That path is used no more: it is not told again. */
  readonly drop: (path: string) => void;
  readonly close: () => void;
};

const LONGEST_MS = 60_000;
/** Up to then after a version was applied: nobody waits for it, and all who run it would tell at the very moment when others still ask. */
const SOON_MS = 3_000;

/** One report at a time, of everything that was applied meanwhile. */
export const newApplied = (connected: () => Promise<Client>, time: Time): Applied => {
  const untold = new Map<string, number>();
  const told = new Map<string, number>();
  const stop = new AbortController();
  let [running, again]: [boolean, Promise<void> | undefined] = [false, undefined];

  const tellSome = async (): Promise<boolean> => {
    const applied = [...untold].slice(0, PATHS_MAX).map(([path, version]) => ({ path, version }));
    try {
      await (await connected()).report({ applied });
    } catch {
      return false;
    }
    again ??= tellAgain();
    for (const { path, version } of applied) {
      // It was dropped meanwhile.
      if (!untold.has(path)) continue;
      if (untold.get(path) === version) untold.delete(path);
      told.set(path, version);
    }
    return true;
  };
  const tellAll = async (): Promise<void> => {
    await pauseAfterOthers(time, SOON_MS * (1 / 3 + (Math.random() * 2) / 3), stop.signal);
    for (let failed = 0; untold.size > 0 && !stop.signal.aborted; ) {
      failed = (await tellSome()) ? 0 : failed + 1;
      if (failed > 0) await time.pause(backOff(failed, LONGEST_MS), stop.signal);
    }
    running = false;
  };
  const tell = (path: string, version: number): void => {
    untold.set(path, version);
    if (running) return;
    running = true;
    void tellAll();
  };
  /** That it is still there: whoever is not heard of for some weeks has ended. */
  const tellAgain = async (): Promise<void> => {
    for (; !stop.signal.aborted; await time.pause(REPORT_AGAIN_MS, stop.signal)) for (const [path, version] of told) if (!untold.has(path)) tell(path, version);
  };
  const drop = (path: string): void => [untold, told].forEach((all) => all.delete(path));
  return { tell, drop, close: () => stop.abort() };
};
