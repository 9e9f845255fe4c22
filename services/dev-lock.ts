/** One `jetlock dev` for each data directory: two nats-servers on one store would destroy it. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { left, right, type Either } from 'fp-ts/lib/Either.js';
import { failure, type Failure } from './failure.ts';

const lives = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

const holder = (path: string): number | undefined => {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    return Number.isSafeInteger(pid) && pid > 0 && lives(pid) ? pid : undefined;
  } catch {
    return undefined;
  }
};

/** @returns what gives the directory free again */
export const lockDirectory = (dataDir: string): Either<Failure, () => void> => {
  const path = join(dataDir, 'dev.pid');
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const pid = holder(path);
  if (pid !== undefined) return left(failure('config', `jetlock dev runs here already (process ${pid})`, 'stop it first, or name another directory with --data'));
  rmSync(path, { force: true });
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx', mode: 0o600 });
  } catch {
    return left(failure('config', `cannot write ${path}`, 'check who owns the directory, and that no other jetlock dev is just starting'));
  }
  return right(() => {
    rmSync(path, { force: true });
  });
};
