/** `jetlock restore`: a backup, put onto a nats-server and into a data directory that are empty. */
import { resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { readSecretFile } from '../../client/secret-file.ts';
import type { Key } from '../../services/backup/age.ts';
import type { Restored } from '../../services/backup/restore.ts';
import { bytesProgress } from '../bytes-progress.ts';
import { failureOfFile } from '../client-failure.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import type { Options } from '../options.ts';
import { tell, timeText } from '../output.ts';
import { knownPassphrase } from '../passphrase.ts';
import { connectForService, failureOfService } from '../services.ts';
import { fail, type Failure } from '../failure.ts';
import type { Run } from '../verb.ts';

/** As `age-keygen` writes them: a key a line, and comments. */
const identitiesOf = (text: string): ReadonlyArray<string> =>
  text.split('\n').map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));

const fromKeyFile = (path: string): Either<Failure, Key> =>
  pipe(
    readSecretFile(path),
    E.bimap(failureOfFile, (bytes) => ({ identities: identitiesOf(new TextDecoder().decode(bytes)) })),
  );

/** The file itself says what opens it, so nobody is asked for what it is not. */
const keyOf = async (path: string, options: Options, io: Io): Promise<Either<Failure, Key>> => {
  const { keyKindOf } = await import('../../services/backup/age.ts');
  const kind = await keyKindOf(path);
  if (E.isLeft(kind)) return E.left(failureOfService(kind.left));
  if (kind.right === 'passphrase') return E.map((passphrase: string): Key => ({ passphrase }))(await knownPassphrase(options, io));
  const file = options.text['age-identity'];
  return file === undefined
    ? E.left(fail(EXIT.usage, 'this backup is encrypted to a public key', 'give --age-identity FILE with the private one'))
    : fromKeyFile(resolve(io.directory, file));
};

const lines = ({ made, head, servicePublicKey }: Restored): ReadonlyArray<string> => [
  `restored      the backup of ${timeText(made)}`,
  `head          ${head.seq}:${head.hash}`,
  `service key   ${servicePublicKey}`,
  'compare both with what jetlock backup printed',
  'next: jetlock serve',
];

export const run: Run = ([file = ''], options, io) => async () => {
  const path = resolve(io.directory, file);
  const key = await keyOf(path, options, io);
  if (E.isLeft(key)) return key;
  const nc = await connectForService(options, io, { name: 'jetlock-restore', user: 'client', inboxPrefix: '_INBOX_PROVISIONER' });
  if (E.isLeft(nc)) return nc;
  const { restore } = await import('../../services/backup/restore.ts');
  const bar = bytesProgress(io, 'restore');
  const dataDir = resolve(io.directory, options.text['data'] ?? '.jetlock', 'data');
  const replicas = { '1': 1, '3': 3 }[options.text['replicas'] ?? ''] as 1 | 3 | undefined;
  const restored = await restore({ nc: nc.right, dataDir, path, key: key.right, replicas, tell: bar.at });
  bar.end();
  await nc.right.close();
  if (E.isLeft(restored)) return E.left(failureOfService(restored.left));
  return E.right(await tell({ options, io }, lines(restored.right), restored.right)());
};
