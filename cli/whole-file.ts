/** Files that are there whole or not at all, whenever the process ends. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The process's umask takes rights from these. */
export type Modes = { readonly file: number; readonly folder: number };

/** Writes a file, in place of one of that name, and makes the folders that are missing. Rejects with the error of Node. */
export const writeWhole = async (path: string, text: string, { file: mode, folder }: Modes): Promise<void> => {
  const unfinished = `${path}.${randomBytes(6).toString('hex')}`;
  await mkdir(dirname(path), { recursive: true, mode: folder });
  try {
    const file = await open(unfinished, 'wx', mode);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
};
