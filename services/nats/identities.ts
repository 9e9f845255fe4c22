/** NATS users of our own, for `jetlock dev`: nkeys in files, made at the first start and kept. */
import { lstatSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { createUser, fromSeed } from '@nats-io/nkeys';
import type { KeyPair } from '@nats-io/nkeys';
import * as E from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { fileFailure, readSecretFile, writeSecretFile } from '../../client/secret-file.ts';
import type { FileFailure } from '../../client/secret-file.ts';

export type NatsIdentity = {
  /** Where the seed is: what a connection is made with. */
  readonly seedFile: string;
  /** `U…`: what nats-server is told. */
  readonly publicKey: string;
};

const fileOf = (directory: string, name: string): string => join(directory, `${name}.nk`);

const look = (path: string): Either<FileFailure, Stats | undefined> =>
  E.tryCatch(
    () => lstatSync(path, { throwIfNoEntry: false }),
    () => fileFailure(path, `cannot look at ${path}`, 'check the permissions of the directories it is in'),
  );

const isPrivate = (directory: string): Either<FileFailure, void> =>
  pipe(
    look(directory),
    E.chain((found) => {
      if (found === undefined) return E.right(undefined);
      if (!found.isDirectory()) return E.left(fileFailure(directory, `${directory} is not a directory`, 'name a directory'));
      return (found.mode & 0o077) === 0 ? E.right(undefined) : E.left(fileFailure(directory, `${directory} is open to others`, `chmod 700 ${directory}`));
    }),
  );

/** The seed is wiped from memory once it is not needed any more. */
const using = <A>(pair: KeyPair, use: (pair: KeyPair) => A): A => {
  try {
    return use(pair);
  } finally {
    pair.clear();
  }
};

const publicKeyOf = (seedFile: string, bytes: Uint8Array): Either<FileFailure, string> =>
  E.tryCatch(
    () => using(fromSeed(bytes), (pair) => pair.getPublicKey()),
    () => fileFailure(seedFile, `${seedFile} does not hold an nkey seed`, 'remove it, and a new one is made'),
  );

const read = (seedFile: string): Either<FileFailure, NatsIdentity> =>
  pipe(
    readSecretFile(seedFile),
    E.chain((bytes) => publicKeyOf(seedFile, bytes)),
    E.map((publicKey) => ({ seedFile, publicKey })),
  );

const make = (seedFile: string): Either<FileFailure, void> => using(createUser(), (pair) => writeSecretFile(seedFile, pair.getSeed()));

const readOrMake = (seedFile: string): Either<FileFailure, NatsIdentity> =>
  pipe(
    look(seedFile),
    E.chain((found) => (found === undefined ? make(seedFile) : E.right(undefined))),
    E.chain(() => read(seedFile)),
  );

/**
 * The identities of these names in a directory; those that are missing are made. Refused if others have any right to the
 * directory or to a file.
 * @param names also the names of the files, with `.nk` at their end
 */
export const identitiesIn = <N extends string>(directory: string, names: ReadonlyArray<N>): Either<FileFailure, { readonly [K in N]: NatsIdentity }> =>
  pipe(
    isPrivate(directory),
    E.chain(() => E.traverseArray((name: N) => E.map((identity: NatsIdentity) => [name, identity] as const)(readOrMake(fileOf(directory, name))))(names)),
    E.map((all) => Object.fromEntries(all) as { readonly [K in N]: NatsIdentity }),
  );
