/** Where a typed client's values come from: the port. A service, the environment and a test's fake are its adapters. */
import type { JetlockError } from './error.ts';
import type { Wish } from './schema.ts';
import type { Listening } from './transport.ts';

/** A version of a value. */
export type Got = {
  /** Counts up from 1. */
  readonly version: number;
  /** The value; throws a JetlockError `not_text` if it is not UTF-8. */
  readonly text: () => string;
};
/** By key; a key without a value that we may have is not in it. */
export type Gotten = ReadonlyMap<string, Got>;

/** `version`: the one that is known, 0 for none. */
export type Had = { readonly wish: Wish; readonly version: number };

/** `timeoutMs`: how long, in milliseconds; `signal` ends it sooner, with a JetlockError `aborted`. */
export type Waiting = { readonly timeoutMs: number; readonly signal?: AbortSignal };

/** All promises reject with a JetlockError only. */
export type Source = {
  /** What is to be had now, asked for at once. */
  readonly read: (wishes: ReadonlyArray<Wish>) => Promise<Gotten>;
  /** All of them as soon as they are to be had; rejects, naming what is missing, when the time is over. */
  readonly wait: (wishes: ReadonlyArray<Wish>, options: Waiting) => Promise<Gotten>;
  /** What is told of those that are missing, out of `asked`. */
  readonly missing: (wishes: ReadonlyArray<Wish>, asked: number) => JetlockError;
  /**
   * What is newer than what the program has, as soon as there is any, and undefined for what may not be had any more; empty where nothing
   * changed for a while. Left out where `read` has to be asked every now and then.
   */
  readonly next?: (had: ReadonlyArray<Had>) => Promise<ReadonlyMap<string, Got | undefined>>;
  /** Calls when something may have changed: from before a read that is begun later. */
  readonly listen: (listener: () => void) => Promise<Listening>;
  /** The version that is current, 0 for none, where that is known without asking. */
  readonly current?: (key: string) => number;
  /** Told that the program runs this version now. */
  readonly applied?: (path: string, version: number) => void;
  /** Told that nothing in the program uses a path any more as it changes. */
  readonly dropped?: (path: string) => void;
  /** Whoever listens reads no more often than that, however often they are called: in milliseconds. */
  readonly gapMs: number;
  readonly close: () => Promise<void>;
};
