/** The data directory that a backup is restored into. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { readSecretFile, writeSecretFile, type FileFailure } from '../../client/secret-file.ts';
import { equal } from '../../crypto/bytes.ts';
import { operatorKeyFrom } from '../config.ts';
import { failure, type Failure } from '../failure.ts';
import { givenOperatorKeys, KEY_FILE, readOperatorKeys, type OperatorKeys } from '../keyring/operator-key.ts';
import { readHead } from '../log/head-file.ts';
import type { Manifest } from './manifest.ts';

const ofFile = ({ why, hint }: FileFailure): Failure => failure('config', why, hint);

/** What a replica of here has answered from may be later than the backup: that is an admin's to decide, see `--accept-history`. */
export const remembersNothing = (dataDir: string): Either<Failure, void> => {
  const head = readHead(dataDir);
  if (isLeft(head)) return head;
  if (head.right === undefined) return right(undefined);
  const why = `${dataDir} remembers a log up to ${head.right.seq}`;
  return left(failure('history', why, 'name another folder with --data; what came after the backup is lost'));
};

const opensIt = (keys: OperatorKeys | undefined, fingerprint: string): Either<Failure, void> =>
  keys?.keyFor(fingerprint) !== undefined
    ? right(undefined)
    : left(failure('config', `the operator key ${fingerprint} is not here, and not in the backup`, 'set KEY_ENCRYPTION_KEY_FILE to the one of this installation'));

const writeKeyFile = (dataDir: string, bytes: Uint8Array): Either<Failure, void> => {
  const path = join(dataDir, KEY_FILE);
  if (!existsSync(path)) {
    const written = writeSecretFile(path, bytes);
    return isLeft(written) ? left(ofFile(written.left)) : written;
  }
  const found = readSecretFile(path);
  if (isLeft(found)) return left(ofFile(found.left));
  return equal(found.right, bytes) ? right(undefined) : left(failure('config', `${path} is another key than the one of the backup`, 'name another folder with --data'));
};

/** Makes sure that the operator's key is where a service looks for it: given from outside, or in the file of the backup. */
export const placeOperatorKey = (dataDir: string, { fingerprint }: Manifest['operatorKey'], keyFile: Uint8Array | undefined): Either<Failure, void> => {
  const given = operatorKeyFrom();
  if (isLeft(given)) return given;
  if (given.right.current !== undefined) {
    const keys = givenOperatorKeys(given.right.current, given.right.previous);
    return isLeft(keys) ? keys : opensIt(keys.right, fingerprint);
  }
  if (keyFile !== undefined) return writeKeyFile(dataDir, keyFile);
  const kept = readOperatorKeys(dataDir);
  return isLeft(kept) ? kept : opensIt(kept.right, fingerprint);
};
