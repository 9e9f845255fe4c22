/** A file of ours that comes into being whole or not at all, and never in the place of another. */
import { randomBytes } from 'node:crypto';
import { link, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Either } from 'fp-ts/lib/Either.js';
import { directorySynced } from '../../client/secret-file.ts';
import { failure, flowed, type Failure } from '../failure.ts';

export const isThere = (path: string): Failure => failure('config', `${path} is there already`, 'name another file, or remove this one first');

const unwritable = (path: string) => (error: unknown): Failure => {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  return code === 'EEXIST' ? isThere(path) : failure('config', `cannot write ${path}: ${code}`, 'check the folder and the disk it is on');
};

/** Writes what flows into a file with mode 0600. @returns how many bytes it has */
export const writeNewFile = (path: string, chunks: AsyncIterable<Uint8Array>): Promise<Either<Failure, number>> =>
  flowed(async () => {
    const unfinished = `${path}.${randomBytes(6).toString('hex')}.tmp`;
    const file = await open(unfinished, 'wx', 0o600);
    let bytes = 0;
    try {
      for await (const chunk of chunks) {
        await file.writeFile(chunk);
        bytes += chunk.length;
      }
      await file.sync();
      // A link fails where the name is taken by now.
      await link(unfinished, path);
    } finally {
      await file.close();
      await rm(unfinished, { force: true });
    }
    await directorySynced(dirname(path));
    return bytes;
  }, unwritable(path));
