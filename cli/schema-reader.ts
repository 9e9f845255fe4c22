/** A schema file that a command reads. */
import { readFile } from 'node:fs/promises';
import * as E from 'fp-ts/lib/Either.js';
import { parseSchema } from '../codegen/schema-file.ts';
import type { Schema } from '../protocol/schema.ts';
import { errorCode } from './error-code.ts';
import { EXIT } from './exit-codes.ts';
import { fail, type Failure } from './failure.ts';

export const SCHEMA_FILE = 'secrets.schema.json';

const wrong = (file: string, details: ReadonlyArray<string>): Failure => ({
  ...fail(EXIT.badInput, `${file} is not a schema of secrets`, 'mend the file, then try again'),
  code: 'bad_schema',
  details,
});

const unread = (file: string, error: unknown): Failure => fail(EXIT.badInput, `cannot read ${file}: ${errorCode(error)}`, 'check the path');

/** The schema in a file; undefined where there is no such file. @param file what it is called in messages */
export const readSchema = (path: string, file: string) => async (): Promise<E.Either<Failure, Schema | undefined>> => {
  try {
    const text = await readFile(path, 'utf8');
    return E.mapLeft((details: ReadonlyArray<string>) => wrong(file, details))(parseSchema(text));
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? E.right(undefined) : E.left(unread(file, error));
  }
};
