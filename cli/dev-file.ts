/** `.jetlock/dev.json`: how the other commands find a `jetlock dev` that runs in the current directory, or in one above. */
import { dirname } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { devFilePath, readNearestDevFile, strangeDevFile } from '../client/dev-file.ts';
import { decodeJson } from '../client/json.ts';
import { writeSecretFile } from '../client/secret-file.ts';
import { PublicKey } from '../events/vocabulary.ts';
import { failureOfFile } from './client-failure.ts';
import type { Failure } from './failure.ts';

const FilePath = t.string;

/** No secret stands in it, but it says whom to trust and with which keys. */
export const DevFile = t.strict(
  {
    natsUrl: t.string,
    httpUrl: t.string,
    /** The service's signing key. */
    publicKey: PublicKey,
    keyring: t.string,
    /** The first admin's identity. */
    adminKey: FilePath,
    natsIdentities: t.strict({ client: FilePath, auditor: FilePath, provisioner: FilePath }),
  },
  'DevFile',
);
export type DevFile = t.TypeOf<typeof DevFile>;

/** `folder`: the one that it is in, which other files of this `jetlock dev` stand beside. */
export type FoundDev = DevFile & { readonly folder: string };

/** What a `jetlock dev` that runs in `directory`, or in a folder above it, has written; nothing if there is none. */
export const readDevFile = (directory: string): E.Either<Failure, FoundDev | undefined> => {
  const read = readNearestDevFile(directory);
  if (E.isLeft(read)) return E.left(failureOfFile(read.left));
  if (read.right === undefined) return E.right(undefined);
  const { path, bytes } = read.right;
  return E.bimap(
    () => failureOfFile(strangeDevFile(path)),
    (dev: DevFile) => ({ ...dev, folder: dirname(path) }),
  )(decodeJson(DevFile)(bytes));
};

/** Writes it with mode 0600. */
export const writeDevFile = (directory: string, dev: DevFile): E.Either<Failure, void> =>
  E.mapLeft(failureOfFile)(writeSecretFile(devFilePath(directory), new TextEncoder().encode(`${JSON.stringify(DevFile.encode(dev), null, 2)}\n`), { overwrite: true }));
