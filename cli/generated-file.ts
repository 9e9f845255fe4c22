/** Files that `jetlock generate` makes: written where they differ, or looked at to see whether they do. */
import { readFile } from 'node:fs/promises';
import * as E from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import { errorCode } from './error-code.ts';
import { EXIT } from './exit-codes.ts';
import { fail, type Failure } from './failure.ts';
import { writeWhole } from './whole-file.ts';

/** `file` is what it is called in messages. */
export type Generated = { readonly path: string; readonly file: string; readonly text: string };

/** For anybody to read, as far as the umask says so: there is no secret in them. */
const PUBLIC = { file: 0o666, folder: 0o777 };

const failed = (verb: 'read' | 'write', file: string, error: unknown): Failure =>
  fail(EXIT.configuration, `cannot ${verb} ${file}: ${errorCode(error)}`, 'check the path and its permissions');

const existing = async ({ path, file }: Generated): Promise<Either<Failure, string | undefined>> => {
  try {
    return E.right(await readFile(path, 'utf8'));
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? E.right(undefined) : E.left(failed('read', file, error));
  }
};

/** Version control may write line ends in the way of the system. */
const isSame = (one: string | undefined, other: string): boolean => one?.replaceAll('\r\n', '\n') === other;

const MARK = /\bmade by jetlock generate\b/i;

/** Writes it. @returns whether anything changed; a file that is somebody's own is refused and left as it is */
export const writeGenerated = async (generated: Generated): Promise<Either<Failure, boolean>> => {
  const found = await existing(generated);
  if (E.isLeft(found)) return found;
  if (isSame(found.right, generated.text)) return E.right(false);
  if (found.right !== undefined && !MARK.test(found.right))
    return E.left(fail(EXIT.badInput, `${generated.file} was not made by jetlock generate`, 'name another file with --out, or remove this one first'));
  return writeText(generated);
};

/** Writes it, whatever is there. */
export const writeText = async ({ path, file, text }: Generated): Promise<Either<Failure, true>> => {
  try {
    await writeWhole(path, text, PUBLIC);
    return E.right(true);
  } catch (error) {
    return E.left(failed('write', file, error));
  }
};

/** Fails where the file is not what would be written now. @param again what makes it so */
export const checkGenerated = async (generated: Generated, again: string): Promise<Either<Failure, false>> => {
  const found = await existing(generated);
  if (E.isLeft(found)) return found;
  if (isSame(found.right, generated.text)) return E.right(false);
  return E.left({ ...fail(EXIT.findings, `${generated.file} is ${found.right === undefined ? 'missing' : 'out of date'}`, again), code: 'stale' });
};
