/**
 * From a connection to a replica that is at the head of the log: the operator's key, the keyring, the history, and at the very
 * first start the first event. Nothing is written before all of that is known to be right.
 */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import type { LogInfo } from '../events/log/log.ts';
import type { Subjects } from '../events/subjects.ts';
import { sure, ReplicaId } from '../events/vocabulary.ts';
import { currentKey } from '../events/world.ts';
import type { Broker } from './broker.ts';
import { failure, noAnswer, type Failure } from './failure.ts';
import { createKeyring, identityOf, type Created, type FirstAdmin } from './keyring/create.ts';
import { directoryName } from './keyring/directory.ts';
import { makeHolders, type Holders } from './keyring/holders.ts';
import type { KeyStore } from './keyring/key-store.ts';
import { makeKeyring, type Keyring } from './keyring/keyring.ts';
import { createOperatorKeys, givenOperatorKeys, readOperatorKeys, type OperatorKeys } from './keyring/operator-key.ts';
import { makeExecute, type Execute } from './log/execute.ts';
import { readHead, watchHistory } from './log/head-file.ts';
import { makeReplica, type Replica, type Saved } from './log/replica.ts';
import { readSavedFold } from './log/saved-fold.ts';

export type StartOptions = {
  readonly broker: Broker;
  readonly subjects: Subjects;
  readonly dataDir: string;
  /** From `KEY_ENCRYPTION_KEY` and `KEY_ENCRYPTION_KEY_PREVIOUS`; without them the key is kept in the data directory. */
  readonly operatorKey: { readonly current: string | undefined; readonly previous: string | undefined };
  /** Makes a keyring where there is none yet; without it that is refused. */
  readonly firstAdmin: FirstAdmin | undefined;
  /** A head, `SEQ:HASH`, that an admin has decided to go on from. */
  readonly acceptHistory: string | undefined;
};

export type Started = {
  readonly replica: Replica;
  readonly execute: Execute;
  readonly identity: Created;
  readonly created: string;
  readonly holders: Holders;
  /** Why a saved fold that is there was not gone on from. */
  readonly unused: string | undefined;
};
type Answer<A> = Promise<Either<Failure, A>>;
type Seen = ReturnType<typeof readHead>;

const CATCH_UP_MS = 120_000;

const isFirstStart = async (store: KeyStore, info: LogInfo): Answer<boolean> => {
  const complete = await store.isComplete();
  if (isLeft(complete)) return complete;
  if (complete.right && info.last === 0)
    return left(failure('history', 'history changed: there is a keyring, but the stream is empty', 'restore the stream from a backup'));
  return right(!complete.right);
};

/** The key that is given, else the one in the data directory; a new one only at the first start. */
const operatorKeys = ({ dataDir, operatorKey, firstAdmin }: StartOptions, isFirst: boolean): Either<Failure, OperatorKeys> => {
  if (operatorKey.current !== undefined) return givenOperatorKeys(operatorKey.current, operatorKey.previous);
  const kept = readOperatorKeys(dataDir);
  if (isLeft(kept)) return kept;
  if (kept.right !== undefined) return right(kept.right);
  if (isFirst && firstAdmin !== undefined) return createOperatorKeys(dataDir, Date.now());
  return isFirst
    ? left(failure('config', 'there is no keyring yet', 'make one with: jetlock init'))
    : left(failure('config', 'there is no operator key', 'set KEY_ENCRYPTION_KEY_FILE, or put operator-keys.json into the data directory'));
};

const newReplicaId = (): ReplicaId => sure(ReplicaId, `r-${Date.now().toString(36)}-${Math.floor(Math.random() * 36 ** 6).toString(36)}`);

const NEWER = 'nothing was written; start the version that wrote it, which is newer than this one';

/** Everything that was in the log at the start is folded. */
const caughtUp = async (replica: Replica): Promise<Failure | undefined> => {
  const last = await replica.log.last(replica.subjects.anyState)();
  if (isLeft(last)) return noAnswer('the log cannot be read', last.left.why, 'check nats-server');
  const limit = Date.now() + CATCH_UP_MS;
  while (!(await replica.reached(last.right, 250))) {
    const { failed, why } = replica.health();
    if (failed && why.startsWith('history')) return failure('history', why, 'nothing was written; a record of the log was altered: restore the stream from a backup');
    if (failed && why === 'unknown event') return failure('config', 'the log holds an event that this version of jetlock does not know', NEWER);
    if (failed) return failure('config', why, 'nothing was written; start again when it is mended');
    if (Date.now() > limit) return failure('unavailable', 'the log could not be read in time', 'check nats-server');
  }
  return undefined;
};

/** Every key that is in use opens, so that no start ends in a service which cannot read, or not go on at its next box key. */
const opensAll = async ({ fold: { world }, keyring }: Replica): Promise<Failure | undefined> => {
  const current = (['root', 'signing', 'box'] as const).map((purpose) => currentKey(world, purpose));
  const logKeys = [...(world.keyring?.keys.values() ?? [])].filter(({ purpose }) => purpose === 'log');
  for (const key of [...logKeys, ...current]) {
    const opened = key === undefined ? right(undefined) : await keyring.open(key.id);
    if (isLeft(opened)) return opened.left;
  }
  return undefined;
};

type Parts = Pick<Started, 'replica' | 'holders' | 'unused'> & { readonly info: LogInfo; readonly isFirst: boolean };

/** Only where it can be told from it whether the log goes on from the head that was seen last. */
const savedFold = async (options: StartOptions, seen: Seen, keyring: Keyring, created: string): Promise<Either<string, Saved | undefined>> => {
  const saved = await readSavedFold(options.dataDir, { log: options.broker.log, keyring, created });
  if (isLeft(saved) || saved.right === undefined || isLeft(seen) || seen.right === undefined) return saved;
  return seen.right.seq <= saved.right.state.forgotten ? left('the head that was seen last is too far back') : saved;
};

/** Whoever may not read the stream is told as much, and not to make another. */
const unreadable = (stream: string, why: string): Failure =>
  noAnswer(`the stream ${stream} cannot be read`, why, why === 'stream not found' ? 'make it with: jetlock init' : 'check nats-server');

const makeParts = async (options: StartOptions, seen: Seen): Answer<Parts> => {
  const { subjects } = options;
  const { log, keyStore } = options.broker;
  const info = await log.info()();
  if (isLeft(info)) return left(unreadable(subjects.stream, info.left.why));
  const isFirst = await isFirstStart(keyStore, info.right);
  if (isLeft(isFirst)) return isFirst;
  // Where a log was seen before, a key of now could only be the wrong one.
  const operator = operatorKeys(options, isFirst.right && !(isLeft(seen) || seen.right !== undefined));
  if (isLeft(operator)) return operator;
  const directory = directoryName(options.dataDir);
  if (isLeft(directory)) return directory;
  const keyring = makeKeyring(keyStore, operator.right);
  const holders = makeHolders(keyStore, directory.right);
  const { created } = info.right;
  const found = await savedFold(options, seen, keyring, created);
  const [saved, unused] = isLeft(found) ? [undefined, found.left] : [found.right, undefined];
  const replica = makeReplica({ id: newReplicaId(), subjects, log, keyring, created, saved });
  return right({ replica, holders, unused, info: info.right, isFirst: isFirst.right });
};

export const start = async (options: StartOptions): Answer<Started> => {
  const seen = readHead(options.dataDir);
  const parts = await makeParts(options, seen);
  if (isLeft(parts)) return parts;
  const { replica, info, holders, unused } = parts.right;
  const history = watchHistory(seen, replica, options.acceptHistory);
  const execute = makeExecute(replica);
  const stopped = async (why: Failure): Answer<Started> => {
    await replica.stop();
    return left(why);
  };
  await replica.start();
  const behind = (await caughtUp(replica)) ?? (await history(info.created)) ?? (await opensAll(replica));
  if (behind !== undefined) return stopped(behind);
  const known = identityOf(replica.fold.world);
  if (known !== undefined) {
    // A first start that was cut off between its event and this mark is completed here.
    if (parts.right.isFirst) await replica.keyring.store.markComplete();
    return right({ replica, execute, identity: known, created: info.created, holders, unused });
  }
  if (!parts.right.isFirst)
    return stopped(failure('history', 'history changed: there is a keyring, but the log does not begin with it', 'restore the stream from a backup'));
  if (options.firstAdmin === undefined) return stopped(failure('config', 'there is no keyring yet', 'make one with: jetlock init'));
  const created = await createKeyring(replica, execute, options.firstAdmin);
  return isLeft(created) ? stopped(created.left) : right({ replica, execute, identity: created.right, created: info.created, holders, unused });
};
