/** Files that only their owner may read: keys, identities, and what leads to them. */
import { open } from 'node:fs/promises';
import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { errorCode } from './error-code.ts';
import { EXIT } from './exit-codes.ts';
import { fail, type Failure } from './terminal.ts';
import { writeWhole } from './whole-file.ts';

export type PrivateFile = { readonly text: string; readonly owner: number };

const OTHERS = 0o077;

const PRIVATE = { file: 0o600, folder: 0o700 };

const readOpened = async (path: string): Promise<E.Either<Failure, PrivateFile>> => {
  const file = await open(path, 'r');
  try {
    // Asked of the open file and not of the name, which could come to mean another file in between.
    const { mode, uid } = await file.stat();
    return (mode & OTHERS) === 0
      ? E.right({ text: await file.readFile('utf8'), owner: uid })
      : E.left(fail(EXIT.configuration, `others may read or write ${path}`, `chmod 600 ${path}`));
  } finally {
    await file.close();
  }
};

/** Reads a file as UTF-8; refused if its group or others have any permission on it. */
export const readPrivate =
  (path: string): TaskEither<Failure, PrivateFile> =>
  () =>
    readOpened(path).catch((error: unknown) =>
      E.left(fail(EXIT.configuration, `cannot read ${path}: ${errorCode(error)}`)),
    );

/** Writes a file with mode 0600, whole or not at all; missing folders are made with 0700. */
export const writePrivate =
  (path: string, text: string): TaskEither<Failure, void> =>
  () =>
    writeWhole(path, text, PRIVATE).then(
      () => E.right(undefined),
      (error: unknown) => E.left(fail(EXIT.configuration, `cannot write ${path}: ${errorCode(error)}`)),
    );
