/**
 * The head that was seen last, kept outside the broker: a log that is shorter, or another one, than what this replica has
 * already answered from is not served from.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { isNone } from 'fp-ts/lib/Option.js';
import * as t from 'io-ts';
import { type FileFailure, replaceSecretFile, writeSecretFile } from '../../client/secret-file.ts';
import { utf8 } from '../../crypto/bytes.ts';
import { messageHash } from '../../crypto/log.ts';
import { Digest, Sequence, sure } from '../../events/vocabulary.ts';
import { failure, noAnswer, type Failure } from '../failure.ts';
import type { Replica } from './replica.ts';

/**
 * `created`: when the stream was made, as the server tells it. `seq` and `hash`: the rolling hash. `last`: the last message of any
 * kind, a read too, and the hash of its bytes; not in files of a restored backup.
 */
export const SeenHead = t.strict(
  { v: t.literal(1), created: t.string, seq: Sequence, hash: Digest, last: t.union([t.undefined, t.strict({ seq: Sequence, hash: Digest })]) },
  'SeenHead',
);
export type SeenHead = t.TypeOf<typeof SeenHead>;

const pathIn = (dataDir: string): string => join(dataDir, 'head.json');

export const readHead = (dataDir: string): Either<Failure, SeenHead | undefined> => {
  const path = pathIn(dataDir);
  if (!existsSync(path)) return right(undefined);
  try {
    const decoded = SeenHead.decode(JSON.parse(readFileSync(path, 'utf8')));
    if (!isLeft(decoded)) return decoded;
  } catch {
    // Falls through: what cannot be read is not what was written.
  }
  return left(failure('config', `${path} is damaged`, 'compare the head with another replica, then start with --accept-history SEQ:HASH'));
};

const bytesOf = (head: SeenHead): Uint8Array => utf8(`${JSON.stringify(SeenHead.encode(head))}\n`);

export const writeHead = (dataDir: string, head: SeenHead): Either<FileFailure, void> => writeSecretFile(pathIn(dataDir), bytesOf(head), { overwrite: true });

/** So late it may be written, and then takes as long as the disk takes: what the broker forgets of a killed service's last moments may go unnoticed for as long. */
const WRITTEN_AFTER_MS = 200;
/** Where there were but reads, which come all the time. */
const READS_WRITTEN_AFTER_MS = 1_000;

type Following = Pick<Replica, 'fold' | 'onFolded' | 'latest'>;

const lastOf = ({ latest }: Pick<Replica, 'latest'>): SeenHead['last'] => {
  const message = latest();
  return message === undefined ? undefined : { seq: sure(Sequence, message.seq), hash: messageHash(message.data) };
};

/**
 * Keeps the head in the data directory, written soon after it changed. Meanwhile everything else goes on: a busy disk can take long.
 * @returns what ends that, and writes it a last time
 */
export const keepHead = (dataDir: string, created: string, replica: Following): (() => Promise<void>) => {
  const { fold, latest, onFolded } = replica;
  const seqs = () => ({ state: fold.head().seq, last: latest()?.seq ?? 0 });
  let written = { state: 0, last: 0 };
  let timer: NodeJS.Timeout | undefined;
  let due = Infinity;
  const isWritten = (): boolean => seqs().state === written.state && seqs().last === written.last;
  const write = async (): Promise<void> => {
    const now = seqs();
    if (!isWritten() && !isLeft(await replaceSecretFile(pathIn(dataDir), bytesOf({ v: 1, created, ...fold.head(), last: lastOf(replica) })))) written = now;
  };
  let writing: Promise<void>;
  const writeNow = (): void => {
    // Nothing else becomes due until this is over.
    due = 0;
    writing = write().then(() => {
      due = Infinity;
      // Where it could not be written, again and again: a disk that was full may have room.
      writeSoon();
    });
  };
  const writeSoon = (): void => {
    if (isWritten()) return;
    const wanted = performance.now() + (seqs().state === written.state ? READS_WRITTEN_AFTER_MS : WRITTEN_AFTER_MS);
    if (wanted >= due) return;
    clearTimeout(timer);
    due = wanted;
    timer = setTimeout(writeNow, wanted - performance.now());
  };
  writeNow();
  const ignore = onFolded(writeSoon);
  return async () => {
    ignore();
    await writing;
    clearTimeout(timer);
    await write();
  };
};

const changed = (why: string, { seq, hash }: { readonly seq: number; readonly hash: string }): Failure =>
  failure('history', `history changed: ${why}`, `find out why; if the log is right as it is, start with --accept-history ${seq}:${hash}`);

/** Whether the log that is folded goes on from the head that was seen last. To be made before the fold starts. */
export type HistoryCheck = (created: string) => Promise<Failure | undefined>;

/** Whether the log still has the last message that was seen: state alone does not tell of reads that are gone. */
const hasLast = async ({ log, fold }: Pick<Replica, 'log' | 'fold'>, last: SeenHead['last']): Promise<Failure | undefined> => {
  if (last === undefined) return undefined;
  const found = await log.at(last.seq)();
  if (isLeft(found)) return noAnswer('the log cannot be read', found.left.why, 'check nats-server');
  if (isNone(found.right)) return changed('the log is shorter than it was', fold.head());
  return messageHash(found.right.value.data) === last.hash ? undefined : changed('the log is not the one that was seen', fold.head());
};

/**
 * @param seen the head that was seen last, or that it cannot be read
 * @param accepted the head that an admin decided to go on from, `SEQ:HASH`
 */
export const watchHistory = (seen: ReturnType<typeof readHead>, replica: Replica, accepted: string | undefined): HistoryCheck => {
  const { fold, onFolded } = replica;
  const before = isLeft(seen) ? undefined : seen.right;
  // A fold that goes on from a saved one has passed the place already.
  let isThere = before === undefined || before.seq === 0 || fold.headAt(before.seq) === before.hash;
  onFolded(() => {
    const { seq, hash } = fold.head();
    if (seq === before?.seq) isThere = hash === before.hash;
  });
  return async (created) => {
    const head = fold.head();
    if (accepted === `${head.seq}:${head.hash}`) return undefined;
    if (isLeft(seen)) return seen.left;
    if (before === undefined) return undefined;
    if (before.created !== created) return changed('the stream was made again', head);
    if (head.seq < before.seq) return changed('the log is shorter than it was', head);
    return isThere ? hasLast(replica, before.last) : changed('the log is not the one that was seen', head);
  };
};
