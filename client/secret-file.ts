/** Files that hold a secret: read only where nobody else can read them, written so that nobody else ever could. */
import { closeSync, constants, fstatSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';

export type FileFailure = { readonly _tag: 'file'; readonly path: string; readonly why: string; readonly hint: string };

const BYTES_MAX = 1024 * 1024;
const GROUP_AND_OTHERS = 0o077;

/** What went wrong with a file, never what was in it. */
export const fileFailure = (path: string, why: string, hint: string): FileFailure => ({ _tag: 'file', path, why, hint });

const CODES: Readonly<Record<string, readonly [why: string, hint: string]>> = {
  ENOENT: ['it does not exist', 'check the path'],
  EACCES: ['permission denied', 'run as the user who owns the file'],
  EISDIR: ['it is a directory', 'name a file'],
  EEXIST: ['it is there already', 'name another file, or remove this one first'],
  ENOTDIR: ['a part of its path is not a directory', 'check the path'],
};

const failureOf = (path: string, verb: 'read' | 'write') => (error: unknown): FileFailure => {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  const [why, hint] = CODES[code] ?? [code, 'check the file and the disk it is on'];
  return fileFailure(path, `cannot ${verb} ${path}: ${why}`, hint);
};

const attempt = <A>(path: string, verb: 'read' | 'write', body: () => A): Either<FileFailure, A> => E.tryCatch(body, failureOf(path, verb));

const unfit = (path: string, fd: number, owner: number | undefined): FileFailure | undefined => {
  const { mode, size, uid } = fstatSync(fd);
  if (owner !== undefined && uid !== owner) return fileFailure(path, `${path} belongs to another user`, 'run as the user who owns the file');
  if ((mode & constants.S_IFMT) !== constants.S_IFREG) return fileFailure(path, `${path} is not a regular file`, 'name a file');
  if ((mode & GROUP_AND_OTHERS) !== 0) return fileFailure(path, `${path} can be read by others`, `chmod 600 ${path}`);
  if (size > BYTES_MAX) return fileFailure(path, `${path} is larger than 1 MiB`, 'name a file that holds a key or a password');
  return undefined;
};

/**
 * The bytes of a secret file of at most 1 MiB, exactly as they are. Refuses a file that its group or others have any right to, and
 * one of another user than `owner`, where that is given.
 * Symbolic links are followed; what is judged is the file that was opened, so nothing can be put in its place in between.
 */
export const readSecretFile = (path: string, owner?: number): Either<FileFailure, Uint8Array> => {
  // Without O_NONBLOCK opening a pipe that nobody writes to would hang for ever.
  const opened = attempt(path, 'read', () => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
  if (E.isLeft(opened)) return opened;
  const fd = opened.right;
  try {
    const refused = unfit(path, fd, owner);
    return refused ? E.left(refused) : attempt(path, 'read', () => new Uint8Array(readFileSync(fd)));
  } finally {
    closeSync(fd);
  }
};

/**
 * The text of a variable; else that of the secret file which its twin with `_FILE` at its end names, without the white space
 * around it; undefined where neither is set.
 * @param directory where the path of the file begins
 */
export const secretIn = (environment: Readonly<Record<string, string | undefined>>, name: string, directory = '.'): Either<FileFailure, string | undefined> => {
  const [text, file] = [environment[name], environment[`${name}_FILE`]];
  if (text !== undefined || file === undefined) return E.right(text);
  return E.map((bytes: Uint8Array) => new TextDecoder().decode(bytes).trim())(readSecretFile(resolve(directory, file)));
};

const syncDirectory = (directory: string): void => {
  const fd = openSync(directory, constants.O_RDONLY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
};

const writeNew = (path: string, bytes: Uint8Array): void => {
  // O_EXCL does not follow a link that somebody laid out under this name.
  const fd = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    writeFileSync(fd, bytes);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
};

/** A link fails where the name is taken; a rename replaces it. Neither follows a symbolic link. */
const putInPlace = (temporary: string, path: string, overwrite: boolean): void => {
  if (overwrite) return renameSync(temporary, path);
  linkSync(temporary, path);
};

const temporaryOf = (path: string): string => `${path}.${randomBytes(6).toString('hex')}.tmp`;

/**
 * Writes a secret file (0600) whole or not at all, on disk before it returns; directories that are missing are made (0700).
 * @param options.overwrite replaces a file of that name; without it such a file is refused and left as it is
 */
export const writeSecretFile = (path: string, bytes: Uint8Array, options: { readonly overwrite?: boolean } = {}): Either<FileFailure, void> =>
  attempt(path, 'write', () => {
    const directory = dirname(path);
    const temporary = temporaryOf(path);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    try {
      writeNew(temporary, bytes);
      putInPlace(temporary, path, options.overwrite === true);
    } finally {
      rmSync(temporary, { force: true });
    }
    syncDirectory(directory);
  });

/** What was made, or given another name, in a directory is on disk. */
export const directorySynced = async (directory: string): Promise<void> => {
  const opened = await open(directory, constants.O_RDONLY);
  await opened.sync().finally(() => opened.close());
};

const writtenNew = async (path: string, bytes: Uint8Array): Promise<void> => {
  const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
};

/** The same, in place of a file of that name, while everything else goes on; one at a time, or the one that ends last is what is there. */
export const replaceSecretFile = (path: string, bytes: Uint8Array): Promise<Either<FileFailure, void>> =>
  TE.tryCatch(async () => {
    const [directory, temporary] = [dirname(path), temporaryOf(path)];
    await mkdir(directory, { recursive: true, mode: 0o700 });
    try {
      await writtenNew(temporary, bytes);
      await rename(temporary, path);
    } finally {
      await rm(temporary, { force: true });
    }
    await directorySynced(directory);
  }, failureOf(path, 'write'))();
