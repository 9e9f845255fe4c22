/** Reading the log from its first message on, with a fold of its own. */
import { keyIdOf } from '../events/fold/accept.ts';
import { makeFold, type Fold } from '../events/fold/fold.ts';
import type { LogCrypto } from '../events/fold/log-crypto.ts';
import type { Folded } from '../events/fold/verdict.ts';
import type { Log, LogMessage } from '../events/log/log.ts';
import type { Subjects } from '../events/subjects.ts';
import type { World } from '../events/world.ts';
import type { Place } from './verdicts.ts';

/** Why nothing more can be read. Nothing is skipped. */
export type ReadingEnd =
  /** The fold came to a message after which nothing can be judged. */
  | { readonly _tag: 'halted'; readonly why: 'history changed' | 'unknown event'; readonly seq: number }
  /** A log key that the keyring names is not there. */
  | { readonly _tag: 'log_key'; readonly key: string; readonly seq: number };

export type ReadingParts = {
  readonly log: Log;
  readonly subjects: Subjects;
  readonly crypto: LogCrypto;
  /**
   * Makes a log key available to `crypto.mac`. False: there is no such key. While that cannot be told it waits; it must not
   * reject.
   */
  readonly loadKey: (key: string) => Promise<boolean>;
};

type Taker = {
  /** What has to be over before the next message is folded, if there is something. */
  readonly pause: () => Promise<unknown> | undefined;
  readonly onFolded: (folded: Folded, world: World) => void;
  readonly onEnd: (end: ReadingEnd) => void;
};

export type Reading = {
  /** Undefined before the first message. */
  readonly place: () => Place | undefined;
  readonly close: () => Promise<void>;
};

type State = ReadingParts & {
  readonly taker: Taker;
  readonly fold: Fold;
  readonly keys: Set<string>;
  latest: LogMessage | undefined;
  lastState: number;
  over: boolean;
};

const end = (state: State, why: ReadingEnd): void => {
  state.over = true;
  state.taker.onEnd(why);
};

const apply = (state: State, message: LogMessage): void => {
  const { fold, taker, subjects } = state;
  const folded = fold.apply(message);
  if (folded.verdict._tag === 'halted') return end(state, { _tag: 'halted', why: folded.verdict.why, seq: message.seq });
  state.latest = message;
  if (subjects.isState(message.subject)) state.lastState = message.seq;
  taker.onFolded(folded, fold.world);
};

const withKey = async (state: State, key: string, message: LogMessage): Promise<void> => {
  if (await state.loadKey(key)) state.keys.add(key);
  // Before there is a keyring anyone may have written anything: what is under no key of ours is skipped by the fold.
  else if (state.fold.world.keyring !== null) return end(state, { _tag: 'log_key', key, seq: message.seq });
  for (let waiting = state.taker.pause(); waiting !== undefined; waiting = state.taker.pause()) await waiting;
  if (!state.over) apply(state, message);
};

const take = (state: State, message: LogMessage): void | Promise<void> => {
  if (state.over) return;
  const waiting = state.taker.pause();
  if (waiting !== undefined) return waiting.then(() => take(state, message));
  // Nearly always: the fold need not be asked about a key that is there.
  if (state.keys.has(keyIdOf(message))) return apply(state, message);
  const key = state.fold.keyNeeded(message);
  return key === undefined ? apply(state, message) : withKey(state, key, message);
};

/** Begins to read; settles when the log is followed, long before its head is reached. Once closed it keeps nothing in memory. */
export const openReading = async ({ log, subjects, crypto, loadKey }: ReadingParts, taker: Taker): Promise<Reading> => {
  const fold = makeFold(subjects, crypto);
  let state: State | undefined = { log, subjects, crypto, loadKey, taker, fold, keys: new Set(), latest: undefined, lastState: 0, over: false };
  const onMessage = (message: LogMessage): void | Promise<void> => (state === undefined ? undefined : take(state, message));
  const subscription = await log.follow({ filters: [subjects.all], from: 1, aside: true, onMessage });
  return {
    place: () => (state?.latest === undefined ? undefined : { fold: state.fold, latest: state.latest, lastState: state.lastState }),
    close: async () => {
      if (state !== undefined) state.over = true;
      state = undefined;
      await subscription.close();
    },
  };
};
