/** Work that only one process of this machine is to do at a time, and that takes long. */
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type * as TE from 'fp-ts/lib/TaskEither.js';

const EVERY_MS = 200;

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** Whether this process has the lock now. Its file holds the id of the process that has it, from the moment it is there. */
const take = async (lock: string): Promise<boolean> => {
  const mine = `${lock}.${process.pid}`;
  await writeFile(mine, String(process.pid), { mode: 0o600 });
  const taken = await link(mine, lock).then(() => true, () => false);
  await rm(mine, { force: true });
  return taken;
};

/** A lock of a process that is gone is moved away first: of several who find it only one removes it. */
const clearLeftBehind = async (lock: string): Promise<void> => {
  const pid = Number(await readFile(lock, 'utf8').catch(() => ''));
  if (pid === 0 || isAlive(pid)) return;
  const aside = `${lock}.gone.${process.pid}`;
  await rename(lock, aside).catch(() => undefined);
  await rm(aside, { force: true });
};

/** Waits for as long as another process has the lock, which is made beside what the work makes. */
export const alone = <A>(lock: string, work: TE.TaskEither<string, A>): TE.TaskEither<string, A> => async () => {
  while (!(await take(lock))) {
    await clearLeftBehind(lock);
    await delay(EVERY_MS);
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
};
