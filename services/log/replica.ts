/**
 * One replica's view of the log: it follows every state message and its own reads, folds them in order, and tells those who
 * wait what became of a record at its own place. Nothing is answered from anywhere else.
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import { equal, utf8 } from '../../crypto/bytes.ts';
import { logMac, nextHead, noHead } from '../../crypto/log.ts';
import { makeFold, type Fold, type Folded } from '../../events/fold/fold.ts';
import type { Log, LogMessage, Subscription } from '../../events/log/log.ts';
import type { Subjects } from '../../events/subjects.ts';
import type { Id, ReplicaId } from '../../events/vocabulary.ts';
import type { Keyring } from '../keyring/keyring.ts';

/** `failed`: only a restart mends it. */
export type Health = { readonly ready: boolean; readonly failed: boolean; readonly why: string };

export type Replica = {
  readonly id: ReplicaId;
  readonly subjects: Subjects;
  readonly log: Log;
  readonly fold: Fold;
  readonly keyring: Keyring;
  /** Folds everything up to now, then goes on. */
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly health: () => Health;
  /** Not ready any more, and why; only a restart mends it. */
  readonly fail: (why: string) => void;
  /** The fold is at the head of the log: see `becomeReady`. */
  readonly markReady: () => void;
  /** The flow of messages was lost, and is back; what happened meanwhile may not be folded yet. */
  readonly onResumed: (callback: () => void) => void;
  /** Resolves when the message at a sequence, or a later one, is folded; `false` after the limit. */
  readonly reached: (seq: number, limitMs: number) => Promise<boolean>;
  /** Calls back once, when the record of that id is folded; what it returns stops the wait. */
  readonly onRecord: (id: Id, callback: (folded: Folded) => void) => () => void;
  readonly onFolded: (listener: (folded: Folded, message: LogMessage) => void) => void;
};

const KEY_RETRY_MS = 200;

type Waiter = { readonly seq: number; readonly resolve: (reached: boolean) => void; readonly timer: NodeJS.Timeout };

/** Those who wait for a place in the log, the nearest first to be told. */
const makeWaiters = (applied: () => number) => {
  const waiters = new Set<Waiter>();
  return {
    wait: (seq: number, limitMs: number): Promise<boolean> =>
      applied() >= seq
        ? Promise.resolve(true)
        : new Promise((resolve) => {
            const timer = setTimeout(() => {
              waiters.delete(waiter);
              resolve(false);
            }, limitMs);
            const waiter: Waiter = { seq, resolve, timer };
            waiters.add(waiter);
          }),
    tell: (): void => {
      for (const waiter of waiters) {
        if (waiter.seq > applied()) continue;
        clearTimeout(waiter.timer);
        waiters.delete(waiter);
        waiter.resolve(true);
      }
    },
  };
};

/** The cryptography of the log, with the keys of the keyring that are open already. */
export const logCrypto = (keyring: Keyring) => ({
  mac: (key: string, subject: string, prev: number, data: Uint8Array) => {
    const opened = keyring.opened(key);
    return opened === undefined ? undefined : logMac(opened.reveal(), subject, prev, data);
  },
  equal: (a: string, b: string) => equal(utf8(a), utf8(b)),
  nextHead,
  noHead,
});

export const recordId = ({ verdict }: Folded): Id | undefined => ('record' in verdict ? verdict.record.id : undefined);

type Parts = { readonly id: ReplicaId; readonly subjects: Subjects; readonly log: Log; readonly keyring: Keyring };

export const makeReplica = ({ id, subjects, log, keyring }: Parts): Replica => {
  const fold = makeFold(subjects, logCrypto(keyring));
  const waiters = makeWaiters(fold.applied);
  const records = new Map<Id, (folded: Folded) => void>();
  const listeners: Array<(folded: Folded, message: LogMessage) => void> = [];
  let health: Health = { ready: false, failed: false, why: 'the log is being read' };
  let failed = false;
  let subscription: Subscription | undefined;
  let resumed = (): void => undefined;

  const fail = (why: string): void => {
    failed = true;
    health = { ready: false, failed: true, why };
  };

  const tell = (folded: Folded, message: LogMessage): void => {
    const record = recordId(folded);
    const callback = record === undefined ? undefined : records.get(record);
    if (record !== undefined) records.delete(record);
    callback?.(folded);
    for (const listener of listeners) listener(folded, message);
    waiters.tell();
  };

  const apply = (message: LogMessage): void => {
    const folded = fold.apply(message);
    if (folded.verdict._tag === 'halted') return fail(folded.verdict.why);
    tell(folded, message);
  };

  /** A log key that is named but not open yet: the fold waits for it, for without it every message would look forged. */
  const applyWithKey = async (key: string, message: LogMessage): Promise<void> => {
    let opened = await keyring.open(key);
    while (isLeft(opened) && opened.left.kind === 'unavailable' && !failed) {
      await new Promise((resolve) => setTimeout(resolve, KEY_RETRY_MS));
      opened = await keyring.open(key);
    }
    // Before there is a keyring anyone may have written anything: what is under no key of ours is skipped.
    const isForeign = isLeft(opened) && opened.left.kind === 'missing' && fold.world.keyring === null;
    if (isLeft(opened) && !isForeign) return fail(opened.left.message);
    apply(message);
  };

  const onMessage = (message: LogMessage): void | Promise<void> => {
    if (failed) return;
    const key = fold.keyNeeded(message);
    return key === undefined || keyring.opened(key) !== undefined ? apply(message) : applyWithKey(key, message);
  };

  const lost = (why: string): void => {
    if (!failed) health = { ready: false, failed, why };
  };

  return {
    id,
    subjects,
    log,
    fold,
    keyring,
    health: () => health,
    fail,
    markReady: () => {
      if (!failed) health = { ready: true, failed, why: '' };
    },
    onResumed: (callback) => {
      resumed = callback;
    },
    reached: waiters.wait,
    onRecord: (record, callback) => {
      records.set(record, callback);
      return () => void records.delete(record);
    },
    onFolded: (listener) => void listeners.push(listener),
    start: async () => {
      const filters = [subjects.anyState, subjects.read(id)];
      subscription = await log.follow({ filters, from: 1, onMessage, onLost: lost, onResumed: () => resumed() });
    },
    stop: async () => {
      fail('stopped');
      await subscription?.close();
    },
  };
};
