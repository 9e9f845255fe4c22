/** A file that a command was given to read. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { errorCode } from './error-code.ts';
import { EXIT } from './exit-codes.ts';
import type { Io } from './io.ts';
import { fail, type Failure } from './failure.ts';

/** Its bytes; a file that cannot be read is bad input. */
export const readBytes = (io: Io, file: string): TaskEither<Failure, Uint8Array> =>
  TE.tryCatch(
    () => readFile(resolve(io.directory, file)),
    (error) => fail(EXIT.badInput, `cannot read ${file}: ${errorCode(error)}`, 'check the path'),
  );
