/** `./.jetlock/dev.json`: how the other commands find a `jetlock dev` that runs in the current directory. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as J from 'fp-ts/lib/Json.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { PublicKey } from '../events/vocabulary.ts';
import { EXIT } from './exit-codes.ts';
import { readPrivate, writePrivate, type PrivateFile } from './private-file.ts';
import { fail, type Failure } from './terminal.ts';

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
    natsIdentities: t.strict({ client: FilePath, auditor: FilePath }),
  },
  'DevFile',
);
export type DevFile = t.TypeOf<typeof DevFile>;

export const devFilePath = (directory: string): string => join(directory, '.jetlock', 'dev.json');

const decoded = (path: string, { text }: PrivateFile): E.Either<Failure, DevFile> =>
  pipe(
    J.parse(text),
    E.chainW((parsed) => DevFile.decode(parsed)),
    E.mapLeft(() => fail(EXIT.configuration, `${path} is not what jetlock dev writes`, 'start jetlock dev again')),
  );

/** A file that someone else left in a shared folder would send our values to their service. */
const ownedByUs = (path: string, file: PrivateFile): E.Either<Failure, PrivateFile> =>
  process.getuid === undefined || process.getuid() === file.owner
    ? E.right(file)
    : E.left(fail(EXIT.configuration, `${path} belongs to another user`, 'name the service with --nats, --identity and --signing-key'));

/** What a `jetlock dev` that runs in `directory` has written; nothing if there is none. Parent folders are not searched. */
export const readDevFile = (directory: string): TE.TaskEither<Failure, DevFile | undefined> => {
  const path = devFilePath(directory);
  if (!existsSync(path)) return TE.right(undefined);
  return pipe(
    readPrivate(path),
    TE.chainEitherK((file) => ownedByUs(path, file)),
    TE.chainEitherK((file) => decoded(path, file)),
  );
};

/** Writes it with mode 0600. */
export const writeDevFile = (directory: string, dev: DevFile): TE.TaskEither<Failure, void> =>
  writePrivate(devFilePath(directory), `${JSON.stringify(DevFile.encode(dev), null, 2)}\n`);
