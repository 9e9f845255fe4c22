/** `jetlock backup`: the log and its keys in one encrypted file, while the service runs. */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import type { Lock } from '../../services/backup/age.ts';
import type { BackedUp } from '../../services/backup/backup.ts';
import { bytesProgress, megabytes } from '../bytes-progress.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { DEV_INBOXES, devOf } from '../nats-options.ts';
import type { Options } from '../options.ts';
import { tell } from '../output.ts';
import { newPassphrase } from '../passphrase.ts';
import { connectForService, failureOfService } from '../services.ts';
import { fail, type Failure } from '../failure.ts';
import { say } from '../terminal.ts';
import type { Run } from '../verb.ts';

const lockOf = async (options: Options, io: Io): Promise<Either<Failure, Lock>> => {
  const recipients = (options.text['recipient'] ?? '').split(',').filter((one) => one !== '');
  if (recipients.length === 0) return E.map((passphrase: string): Lock => ({ passphrase }))(await newPassphrase(options, io));
  return options.text['passphrase-file'] === undefined
    ? E.right({ recipients })
    : E.left(fail(EXIT.usage, 'a backup is encrypted to a passphrase or to public keys, not to both', 'leave out --passphrase-file or --recipient'));
};

/** A `jetlock dev` may keep its data anywhere, and be that of a folder above. */
const dataDirOf = (options: Options, io: Io): string => {
  const dev = devOf(options, io);
  return resolve(io.directory, options.text['data'] ?? (dev === undefined ? '.jetlock' : dirname(dev.adminKey)), 'data');
};

const OUTSIDE = 'note: the operator key is not in it, since it is given from outside: without that key the backup cannot be restored';

const lines = (path: string, { bytes, head, publicKey }: BackedUp): ReadonlyArray<string> => [
  `backup        ${path} (${megabytes(bytes)} MB)`,
  `head          ${head.seq}:${head.hash}`,
  `service key   ${publicKey}`,
];

export const run: Run = ([file = ''], options, io) => async () => {
  const path = resolve(io.directory, file);
  if (existsSync(path)) return E.left(fail(EXIT.badInput, `${path} is there already`, 'name another file, or remove this one first'));
  const lock = await lockOf(options, io);
  if (E.isLeft(lock)) return lock;
  const nc = await connectForService(options, io, { name: 'jetlock-backup', user: 'provisioner', inboxPrefix: DEV_INBOXES.provisioner });
  if (E.isLeft(nc)) return nc;
  const { backup } = await import('../../services/backup/backup.ts');
  const bar = bytesProgress(io, 'backup');
  const made = await backup({ nc: nc.right, dataDir: dataDirOf(options, io), path, lock: lock.right, tell: bar.at });
  bar.end();
  await nc.right.close();
  if (E.isLeft(made)) return E.left(failureOfService(made.left));
  if (!made.right.operatorKey.inside) await say(io, OUTSIDE);
  return E.right(await tell({ options, io }, lines(path, made.right), { file: path, ...made.right })());
};
