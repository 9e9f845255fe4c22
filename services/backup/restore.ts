/**
 * `jetlock restore`: a backup, put where there is nothing yet. Nothing is placed before the whole file was read and found to be
 * what was written; the log is placed last, at once, so that a restore that was cut off before can simply be made again.
 */
import { stat } from 'node:fs/promises';
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import type { NatsConnection } from 'nats';
import type { Created } from '../keyring/create.ts';
import { failure, flowed, orInterrupted, type Failure } from '../failure.ts';
import { writeHead } from '../log/head-file.ts';
import { checkStream, makeMissing } from '../nats/provision.ts';
import { putSnapshot, type Snapshot } from '../nats/snapshot.ts';
import { bucketConfig, logConfig, wantedConfigs, type Replicas } from '../nats/stream-config.ts';
import { startReplica, subjects, toFailure } from '../serve.ts';
import { opened, type Key, type Opened } from './age.ts';
import { KEYS, type Tell } from './backup.ts';
import { headName, isPartOf, MANIFEST, OPERATOR_KEY, readHeadOf, readManifest, type Head, type Manifest } from './manifest.ts';
import { placeOperatorKey, remembersNothing } from './data-directory.ts';
import { isEmpty } from './target.ts';
import { unpacked } from './tar.ts';

export type RestoreOptions = {
  readonly nc: NatsConnection;
  readonly dataDir: string;
  readonly path: string;
  readonly key: Key;
  /** Copies of stream and buckets in a cluster; as many as there were, unless given. */
  readonly replicas: Replicas | undefined;
  readonly tell: Tell;
};
/** What the installation is known by, when its backup was made, and the head of its log then. */
export type Restored = Created & Pick<Manifest, 'made' | 'head' | 'operatorKey'>;

type Answer<A> = Promise<Either<Failure, A>>;
type Contents = { readonly manifest: Manifest; readonly keyFile: Uint8Array | undefined; readonly log: Head; readonly keys: Head };

const LOG = subjects.stream;

const incomplete = failure('config', 'the backup is not complete', 'restore another one');

/** All of the file but the snapshots, once every byte of it was found to be what was written. */
const contentsOf = async (file: Opened, read: (bytes: number) => void): Answer<Contents> => {
  const small = await file.reading(async (plain) => {
    const found = new Map<string, Uint8Array>();
    for await (const { name, data } of unpacked(plain)) if (!isPartOf(LOG, name) && !isPartOf(KEYS, name)) found.set(name, Uint8Array.from(data));
    return found;
  }, read);
  if (isLeft(small)) return small;
  return flowed(async () => {
    const of = (name: string): Uint8Array => orInterrupted(small.right.has(name) ? right(small.right.get(name) ?? new Uint8Array()) : left(incomplete));
    const heads = { log: orInterrupted(readHeadOf(of(headName(LOG)))), keys: orInterrupted(readHeadOf(of(headName(KEYS)))) };
    return { manifest: orInterrupted(readManifest(of(MANIFEST))), keyFile: small.right.get(OPERATOR_KEY), ...heads };
  }, () => incomplete);
};

/** The parts of one stream; they stand together, so the first other entry after them ends it. */
async function* partsOf(stream: string, plain: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let began = false;
  for await (const { name, data } of unpacked(plain)) {
    if (isPartOf(stream, name)) yield data;
    else if (began) return;
    began ||= isPartOf(stream, name);
  }
}

const replicasOf = ({ replicas }: RestoreOptions, { log }: Contents): Replicas => replicas ?? (log.config.num_replicas === 1 ? 1 : 3);

/** The stream is made as Jetlock wants it, not as the file says: whoever wrote that could have it republished elsewhere. */
const place = async ({ nc }: RestoreOptions, file: Opened, config: ReturnType<typeof logConfig>, state: Head['state'], read: (bytes: number) => void): Answer<void> => {
  const placed = await file.reading(
    (plain) => putSnapshot(nc, config.name, { config, state: state as unknown as Snapshot['state'], chunks: partsOf(config.name, plain) }),
    read,
  );
  return isLeft(placed) ? placed : placed.right;
};

/** Keys before the log: a service that finds keys without a log stops, while a log without keys could be taken for somebody else's. */
const placeAll = async (options: RestoreOptions, file: Opened, contents: Contents, areKeysThere: boolean, read: (bytes: number) => void): Answer<void> => {
  const replicas = replicasOf(options, contents);
  const keys = areKeysThere ? right(undefined) : await place(options, file, bucketConfig(subjects.bucket('keys'), replicas), contents.keys.state, read);
  if (isLeft(keys)) return keys;
  const made = await makeMissing(options.nc, wantedConfigs(subjects, replicas).filter(({ name }) => name !== LOG))();
  if (isLeft(made)) return left(toFailure(made.left));
  return place(options, file, logConfig(subjects, replicas), contents.log.state, read);
};

/**
 * Folds what was restored, as a replica does, with the head of the backup as the one that was seen. That claims nothing that is not so: the head
 * came in the same sealed file as the log, a service had folded it before, and this directory remembered none. From here on it
 * guards the restored log as it would any other; directories that remember more say `history changed`.
 */
const verify = async ({ nc, dataDir }: RestoreOptions, { head }: Manifest): Answer<Created> => {
  const checked = await checkStream(nc, subjects)();
  if (isLeft(checked)) return left(toFailure(checked.left));
  const written = writeHead(dataDir, { v: 1, created: checked.right.created, ...head, last: undefined });
  if (isLeft(written)) return left(failure('config', written.left.why, written.left.hint));
  const started = await startReplica({ nc, dataDir, firstAdmin: undefined });
  if (isLeft(started)) return started;
  await started.right.replica.stop();
  return right(started.right.identity);
};

/** The file is read once to see whether it is whole, once for the keys, which stand at its end, and once for the log. */
const PASSES = 3;

/** Needs the rights of the provisioner. Refused where there is a log, or where read models or the data directory hold anything. */
export const restore = async (options: RestoreOptions): Answer<Restored> => {
  const { nc, dataDir, path, key, tell } = options;
  const file = await opened(path, key);
  if (isLeft(file)) return file;
  const { size } = await stat(path);
  let done = 0;
  const read = (bytes: number): void => tell((done += bytes), size * PASSES);
  const contents = await contentsOf(file.right, read);
  if (isLeft(contents)) return contents;
  const { manifest, keyFile } = contents.right;
  const target = await isEmpty(nc, replicasOf(options, contents.right), { ...manifest.keys, firstTime: contents.right.keys.state.first_ts });
  if (isLeft(target)) return target;
  const fresh = remembersNothing(dataDir);
  if (isLeft(fresh)) return fresh;
  const operatorKey = placeOperatorKey(dataDir, manifest.operatorKey, keyFile);
  if (isLeft(operatorKey)) return operatorKey;
  const placed = await placeAll(options, file.right, contents.right, target.right.areKeysThere, read);
  if (isLeft(placed)) return placed;
  const verified = await verify(options, manifest);
  if (isLeft(verified)) return verified;
  return right({ ...verified.right, made: manifest.made, head: manifest.head, operatorKey: manifest.operatorKey });
};
