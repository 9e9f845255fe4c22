/** The access key of a namespace, and the shared secret beside it: from variables and private files, or typed; never an argument, which others can see. */
import { resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { accessKeyIn, asSecret, type Secret } from '../client/bearer.ts';
import { readSecretFile, secretIn } from '../client/secret-file.ts';
import { failureOfFile } from './client-failure.ts';
import { EXIT } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { Options } from './options.ts';
import { readValue } from './prompt.ts';
import { fail, type Failure } from './failure.ts';

const SHARED_SECRET = 'JETLOCK_SHARED_SECRET';

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes).trim();
const fromFile = ({ directory }: Io, path: string): Either<Failure, string> => pipe(readSecretFile(resolve(directory, path)), E.bimap(failureOfFile, textOf));

const NOWHERE = fail(EXIT.configuration, 'there is no access key', 'set JETLOCK_ACCESS_KEY, or give --access-key-file FILE');

const typed = async (io: Io): Promise<Either<Failure, string>> => (io.stdin.isTTY === true ? E.map(textOf)(await readValue(io, 'access key')()) : E.left(NOWHERE));

const checked = (text: string): Either<Failure, Secret> =>
  E.fromNullable(fail(EXIT.badInput, 'that is not an access key', 'it is jlk_ and 43 characters'))(accessKeyIn(text));

/** The first there is of: the file that was named, the variable, the terminal. */
export const accessKeyOf = async ({ text }: Options, io: Io): Promise<Either<Failure, Secret>> => {
  const [file, variable] = [text['access-key-file'], io.environment['JETLOCK_ACCESS_KEY']];
  if (file !== undefined) return E.chain(checked)(fromFile(io, file));
  return E.chain(checked)(variable === undefined ? await typed(io) : E.right(variable));
};

/** Where the service demands one. */
export const sharedSecretOf = ({ environment, directory }: Io): Either<Failure, Secret | undefined> =>
  E.bimap(failureOfFile, (secret: string | undefined) => (secret === undefined ? undefined : asSecret(secret)))(secretIn(environment, SHARED_SECRET, directory));
