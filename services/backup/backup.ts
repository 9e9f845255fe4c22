/** `jetlock backup`: the log and its keys, as they are on the broker, in one encrypted file. The service goes on meanwhile. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import type { NatsConnection } from 'nats';
import { readSecretFile } from '../../client/secret-file.ts';
import { equal } from '../../crypto/bytes.ts';
import type { Instant, Sequence } from '../../events/vocabulary.ts';
import { failure, Interrupted, orInterrupted, type Failure } from '../failure.ts';
import { KEY_FILE } from '../keyring/operator-key.ts';
import { onlyAddedSince, sizeOf } from '../nats/bucket-changes.ts';
import { takeSnapshot } from '../nats/snapshot.ts';
import { bucketStream } from '../nats/stream-config.ts';
import { startReplica, subjects } from '../serve.ts';
import { encrypted, type Lock } from './age.ts';
import { headEntry, manifestEntry, OPERATOR_KEY, partName, type Manifest } from './manifest.ts';
import { isThere, writeNewFile } from './new-file.ts';
import { END_OF_TAR, ENTRY_BYTES_MAX, packed, type Entry } from './tar.ts';

/** Told how many bytes of how many are done; of a backup the second is what the broker holds, which is compressed on its way. */
export type Tell = (done: number, total: number) => void;

export type BackupOptions = {
  readonly nc: NatsConnection;
  readonly dataDir: string;
  readonly path: string;
  readonly lock: Lock;
  readonly tell: Tell;
};
export type BackedUp = Pick<Manifest, 'keyring' | 'publicKey' | 'head' | 'operatorKey'> & { readonly bytes: number };

type Answer<A> = Promise<Either<Failure, A>>;
/** What is known before anything is copied. */
type Begun = Pick<Manifest, 'keyring' | 'publicKey' | 'head' | 'operatorKey'> & { readonly keyFile: Uint8Array | undefined };

const LOG = subjects.stream;
export const KEYS = bucketStream(subjects.bucket('keys'));
/** Without what else is kept beside the keys: who holds the operator's key. */
const KEY_ENTRIES = `$KV.${subjects.bucket('keys')}.key.>`;
/** Keys are replaced or destroyed after a delete or a rotation; whoever does that all the time has no quiet moment for a backup. */
const TRIES = 3;

const moved = failure('unavailable', 'keys were replaced or destroyed while the backup was made', 'run it again when no secret is being deleted and no key rotated');

const keyFileOf = (dataDir: string): Either<Failure, Uint8Array | undefined> => {
  const path = join(dataDir, KEY_FILE);
  if (!existsSync(path)) return right(undefined);
  const read = readSecretFile(path);
  return isLeft(read) ? left(failure('config', read.left.why, read.left.hint)) : read;
};

/** Folds the log as a replica does: what does not open, or is not the log that was seen, is not worth a backup. */
const begin = async ({ nc, dataDir }: BackupOptions): Answer<Begun> => {
  const keyFile = keyFileOf(dataDir);
  if (isLeft(keyFile)) return keyFile;
  const started = await startReplica({ nc, dataDir, firstAdmin: undefined });
  if (isLeft(started)) return started;
  const { replica, identity } = started.right;
  await replica.stop();
  const { operator } = replica.keyring;
  return right({
    keyring: identity.keyring,
    publicKey: identity.servicePublicKey,
    head: replica.fold.head(),
    operatorKey: { fingerprint: operator.current(), inside: operator.isOurs },
    keyFile: operator.isOurs ? keyFile.right : undefined,
  });
};

/** A snapshot in parts that are small enough to be held in memory. */
async function* parts(chunks: AsyncIterable<Uint8Array>, copied: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  let [held, length]: [Uint8Array[], number] = [[], 0];
  for await (const chunk of chunks) {
    copied(chunk.length);
    if (length + chunk.length > ENTRY_BYTES_MAX) {
      yield Buffer.concat(held);
      [held, length] = [[], 0];
    }
    held.push(chunk);
    length += chunk.length;
  }
  if (length > 0) yield Buffer.concat(held);
}

async function* streamEntries(nc: NatsConnection, stream: string, copied: (bytes: number) => void): AsyncGenerator<Entry> {
  const snapshot = orInterrupted(await takeSnapshot(nc, stream));
  yield headEntry(stream, snapshot);
  let part = 0;
  for await (const data of parts(snapshot.chunks, copied)) yield { name: partName(stream, (part += 1)), data };
}

/**
 * The log first, then the keys. A key is stored before the event that names it, so every key that the copied log names was there
 * when the keys were copied, unless it was destroyed in between; and a copy of the keys that was re-wrapped under keys which the
 * copied log does not know would be lost at the next rotation. So if anything happened to the keys since before the log was
 * copied but that new ones were added, the copies do not belong together. Keys that were added and that the copied log does not
 * name are harmless: nothing is encrypted with them. The operator's key is looked at before and after for the same reason: what
 * wraps the copied keys is then the key in the file, or its previous one. What was deleted and whose keys were not destroyed yet is completed
 * by the first service that starts on the restored log, as after any crash.
 */
async function* entries({ nc, dataDir, tell }: BackupOptions, { keyFile, ...begun }: Begun): AsyncGenerator<Entry> {
  const [log, keys] = [orInterrupted(await sizeOf(nc, LOG)), orInterrupted(await sizeOf(nc, KEYS))];
  let done = 0;
  const copied = (bytes: number): void => tell((done += bytes), Math.max(log.bytes + keys.bytes, done));
  if (keyFile !== undefined) yield { name: OPERATOR_KEY, data: keyFile };
  yield* streamEntries(nc, LOG, copied);
  yield* streamEntries(nc, KEYS, copied);
  const added = orInterrupted(await onlyAddedSince(nc, { stream: KEYS, subject: KEY_ENTRIES }, keys.last));
  const after = keyFile === undefined ? undefined : orInterrupted(keyFileOf(dataDir));
  if (!added.only || (keyFile !== undefined && (after === undefined || !equal(keyFile, after)))) throw new Interrupted(moved);
  yield manifestEntry({ v: 1, made: Date.now() as Instant, ...begun, keys: { from: keys.last as Sequence, to: added.to as Sequence } });
}

async function* tarOf(all: AsyncIterable<Entry>): AsyncGenerator<Uint8Array> {
  for await (const entry of all) yield packed(entry);
  yield END_OF_TAR;
}

const once = async (options: BackupOptions): Answer<BackedUp> => {
  const begun = await begin(options);
  if (isLeft(begun)) return begun;
  const file = await encrypted(options.lock, tarOf(entries(options, begun.right)));
  if (isLeft(file)) return file;
  const written = await writeNewFile(options.path, file.right);
  if (isLeft(written)) return written;
  const { keyFile: _, ...told } = begun.right;
  return right({ ...told, bytes: written.right });
};

/**
 * Writes a new file, which holds all that is needed for `restore` but, where that is kept elsewhere, the operator's key. Needs the
 * rights of the provisioner. A file of that name is left as it is.
 */
export const backup = async (options: BackupOptions): Answer<BackedUp> => {
  if (existsSync(options.path)) return left(isThere(options.path));
  let made = await once(options);
  for (let tried = 1; tried < TRIES && isLeft(made) && made.left === moved; tried += 1) made = await once(options);
  return made;
};
