/** One writer at a time of a file that several processes share: whoever makes the lock has it, for as long as the body takes. */
import { closeSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { left, type Either } from 'fp-ts/lib/Either.js';
import { failure, type Failure } from '../failure.ts';

/** The body takes some milliseconds; what is older was left behind by a process that is gone. */
const STALE_MS = 30_000;

const tryLock = (lock: string): boolean => {
  try {
    closeSync(openSync(lock, 'wx', 0o600));
    return true;
  } catch {
    return false;
  }
};

const isStale = (lock: string): boolean => {
  const mtimeMs = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
  return mtimeMs !== undefined && Date.now() - mtimeMs > STALE_MS;
};

/** Moved away first: of several who find it stale only one removes it. */
const clear = (lock: string): void => {
  const aside = `${lock}.${process.pid}`;
  try {
    renameSync(lock, aside);
    rmSync(aside, { force: true });
  } catch {
    // Somebody else was first.
  }
};

/**
 * Carries out a body that does not wait for anything, while no other process does the same with this file.
 * @returns what the body returns; a failure `unavailable` while another process has the lock: try again
 */
export const locked = <A>(path: string, body: () => Either<Failure, A>): Either<Failure, A> => {
  const lock = `${path}.lock`;
  if (isStale(lock)) clear(lock);
  if (!tryLock(lock)) return left(failure('unavailable', `${lock} is held by another process, or cannot be made`, 'it is tried again; remove it if no other process runs on this directory'));
  try {
    return body();
  } finally {
    rmSync(lock, { force: true });
  }
};
