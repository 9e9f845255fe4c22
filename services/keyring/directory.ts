/**
 * The name of a data directory, which a copy of it does not share: replicas that use one directory have one file with the
 * operator's key, replicas with copies of it have several, and to change one of these would lock the others out.
 */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { chain, isLeft, left, tryCatch, type Either } from 'fp-ts/lib/Either.js';
import { readSecretFile, writeSecretFile } from '../../client/secret-file.ts';
import { toBase64 } from '../../crypto/bytes.ts';
import { frame } from '../../crypto/frame.ts';
import { hashBytes } from '../../crypto/hash.ts';
import { randomBytes } from '../../crypto/random.ts';
import { Id, sure } from '../../events/vocabulary.ts';
import { failure, type Failure } from '../failure.ts';

const ID_BYTES = 16;

/** The number that the file system gave the file is another one for every copy. */
const nameOf = (path: string, content: Uint8Array): Id =>
  sure(Id, toBase64(hashBytes(frame('jetlock directory v1', content, String(statSync(path, { bigint: true }).ino))).subarray(0, ID_BYTES)));

/** The name of the directory; its file `directory` is made where there is none. */
export const directoryName = (dataDir: string): Either<Failure, Id> => {
  const path = join(dataDir, 'directory');
  const written = existsSync(path) ? undefined : writeSecretFile(path, randomBytes(ID_BYTES));
  const read = readSecretFile(path);
  // Who made it in the same moment made it for us as well.
  if (isLeft(read)) return left(failure('config', written !== undefined && isLeft(written) ? written.left.why : read.left.why, read.left.hint));
  return chain((content: Uint8Array) =>
    tryCatch(
      () => nameOf(path, content),
      () => failure('config', `${path} cannot be read`, 'check who owns the directory'),
    ),
  )(read);
};
