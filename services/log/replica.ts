/**
 * One replica's view of the log: it follows every state message and its own reads, folds them in order, and tells those who
 * wait what became of a record at its own place. Nothing is answered from anywhere else.
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import { equalText } from '../../crypto/bytes.ts';
import { logMac, nextHead, noHead } from '../../crypto/log.ts';
import { makeFold, type Fold } from '../../events/fold/fold.ts';
import type { FoldState } from '../../events/fold/state.ts';
import type { Folded } from '../../events/fold/verdict.ts';
import type { Log, LogMessage } from '../../events/log/log.ts';
import type { Subjects } from '../../events/subjects.ts';
import type { Id, ReplicaId } from '../../events/vocabulary.ts';
import type { Place } from '../../projections/verdicts.ts';
import { awaitKey } from '../keyring/await-key.ts';
import type { Keyring } from '../keyring/keyring.ts';
import { makeFollowing } from './following.ts';
import { telling, unacknowledged } from './unacknowledged.ts';
import { makeWaiters } from './waiters.ts';

/** `failed`: only a restart mends it. */
export type Health = { readonly ready: boolean; readonly failed: boolean; readonly why: string };

export type Replica = {
  readonly id: ReplicaId;
  readonly subjects: Subjects;
  readonly log: Log;
  readonly fold: Fold;
  readonly keyring: Keyring;
  /** Folds everything up to now that is not folded yet, then goes on. */
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly health: () => Health;
  /** Not ready any more, and why; only a restart mends it. */
  readonly fail: (why: string) => void;
  /** The fold is at the head of the log: see `becomeReady`. */
  readonly markReady: () => void;
  /** Not after a failure, nor while the log was lost and is not known to be the same one: what was written there would tell of another history. */
  readonly mayWrite: () => boolean;
  /** Not ready, and nothing is written, until `trust` and `markReady`. */
  readonly lose: (why: string) => void;
  /** The log is the one that was folded. */
  readonly trust: () => void;
  /** The last message that was folded. */
  readonly latest: () => LogMessage | undefined;
  /** How many state messages counted since the start. */
  readonly folded: () => number;
  /** When the stream was made, as the server told it at the start. */
  readonly created: string;
  /** The flow of messages was lost and is back, or the log did not acknowledge; what happened meanwhile may not be folded yet. */
  readonly onResumed: (callback: () => void) => void;
  /** Resolves when the message at a sequence, or a later one, is folded; `false` after the limit. */
  readonly reached: (seq: number, limitMs: number) => Promise<boolean>;
  /** Calls back once, when the record of that id is folded; what it returns stops the wait. */
  readonly onRecord: (id: Id, callback: (folded: Folded) => void) => () => void;
  /** What it returns ends that. */
  readonly onFolded: (listener: (folded: Folded) => void) => () => void;
  /** Calls back once it has failed, and why. What it returns ends that. */
  readonly onFailed: (listener: (why: string) => void) => () => void;
  /**
   * Folds every message from a place on, for whoever makes more of the log than decisions; at first it folds state and its own reads.
   * @returns false if it does not stand at that place, or is not ready: then nothing has changed
   */
  readonly widen: (place: Place) => boolean;
};

/** The cryptography of the log, with the keys of the keyring that are open already. */
export const logCrypto = (keyring: Keyring) => ({
  mac: (key: string, subject: string, prev: number, data: Uint8Array) => {
    const opened = keyring.opened(key);
    return opened === undefined ? undefined : logMac(opened.reveal(), subject, prev, data);
  },
  equal: equalText,
  nextHead,
  noHead,
});

export const recordId = ({ verdict }: Folded): Id | undefined => ('record' in verdict ? verdict.record.id : undefined);

/** A fold, and the last message in it. */
export type Saved = { readonly state: FoldState; readonly last: LogMessage };

/** `saved`: what to go on from, in place of the first message. */
type Parts = Pick<Replica, 'id' | 'subjects' | 'log' | 'keyring' | 'created'> & { readonly saved?: Saved | undefined };

/** Ready or not, and for good once it failed. */
const makeStatus = () => {
  let health: Health = { ready: false, failed: false, why: 'the log is being read' };
  let isLost = false;
  const listeners = new Set<(why: string) => void>();
  const change = (next: Health): void => {
    if (!health.failed) health = next;
  };
  return {
    health: () => health,
    onFailed: (listener: (why: string) => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    fail: (why: string) => {
      if (health.failed) return;
      change({ ready: false, failed: true, why });
      for (const listener of listeners) listener(why);
    },
    mayWrite: () => !health.failed && !isLost,
    trust: () => {
      isLost = false;
    },
    lose: (why: string) => {
      isLost = true;
      change({ ready: false, failed: false, why });
    },
    markReady: () => {
      change({ ready: true, failed: false, why: '' });
    },
  };
};

type Status = ReturnType<typeof makeStatus>;

/**
 * A log key that is named but not open yet: the fold waits for it, for without it every message would look forged.
 * @returns why the fold cannot go on
 */
const openKey = async (keyring: Keyring, key: string, hasKeyring: boolean, { health }: Status): Promise<string | undefined> => {
  const opened = await awaitKey(keyring, key, () => !health().failed);
  // Before there is a keyring anyone may have written anything: what is under no key of ours is skipped.
  if (!isLeft(opened) || (opened.left.kind === 'missing' && !hasKeyring)) return undefined;
  return opened.left.message;
};

/** Tells whoever waits what became of a message. */
const makeTelling = (fold: Fold) => {
  const waiters = makeWaiters(fold.applied);
  const records = new Map<Id, (folded: Folded) => void>();
  const listeners = new Set<(folded: Folded) => void>();
  let counted = 0;
  return {
    folded: () => counted,
    reached: waiters.wait,
    onRecord: (record: Id, callback: (folded: Folded) => void) => {
      records.set(record, callback);
      return () => void records.delete(record);
    },
    onFolded: (listener: (folded: Folded) => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    tell: (folded: Folded): void => {
      if (folded.verdict._tag === 'state') counted += 1;
      const record = recordId(folded);
      const callback = record === undefined ? undefined : records.get(record);
      if (record !== undefined) records.delete(record);
      callback?.(folded);
      for (const listener of listeners) listener(folded);
      waiters.tell();
    },
  };
};

/** Whoever asks is told so at once, until a message of our own has come back: see `becomeReady`. */
const loseUntilProved = (status: Status, why: string, prove: () => void): void => {
  if (!status.health().ready) return;
  status.lose(unacknowledged(why));
  prove();
};

/** Folds what comes, in its order, once the key that it is under is open. */
const makeTaking = (fold: Fold, keyring: Keyring, status: Status, tell: (folded: Folded) => void, last: LogMessage | undefined) => {
  const taking = { latest: last, isWaiting: false };
  const apply = (message: LogMessage): void => {
    const one = fold.apply(message);
    taking.latest = message;
    if (one.verdict._tag === 'halted') status.fail(one.verdict.why);
    else tell(one);
  };
  const applyWithKey = async (key: string, message: LogMessage): Promise<void> => {
    taking.isWaiting = true;
    const why = await openKey(keyring, key, fold.world.keyring !== null, status);
    taking.isWaiting = false;
    if (why === undefined) apply(message);
    else status.fail(why);
  };
  const onMessage = (message: LogMessage): void | Promise<void> => {
    if (status.health().failed) return;
    const key = fold.keyNeeded(message);
    return key === undefined || keyring.opened(key) !== undefined ? apply(message) : applyWithKey(key, message);
  };
  return { taking, onMessage };
};

export const makeReplica = ({ id, subjects, log, keyring, created, saved }: Parts): Replica => {
  const fold = makeFold(subjects, logCrypto(keyring), saved?.state);
  const status = makeStatus();
  const { tell, ...tellings } = makeTelling(fold);
  const { taking, onMessage } = makeTaking(fold, keyring, status, tell, saved?.last);
  let resumed = (): void => undefined;
  const following = makeFollowing({ id, subjects, log, fold }, { onMessage, onLost: status.lose, onResumed: () => resumed() });
  return {
    ...{ id, subjects, fold, keyring, created, ...status, ...tellings },
    log: telling(log, (why) => loseUntilProved(status, why, () => resumed())),
    latest: () => taking.latest,
    onResumed: (callback) => {
      resumed = callback;
    },
    widen: (place) => {
      if (!status.health().ready || taking.isWaiting || !following.isAt(place)) return false;
      taking.latest = place.latest;
      following.widen(place.fold);
      return true;
    },
    start: following.start,
    stop: async () => {
      status.fail('stopped');
      await following.stop();
    },
  };
};
