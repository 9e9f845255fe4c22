/**
 * The handlers of `onChange`, by key: each is told the newest version there is, and never one that is older than what it was
 * told before. Those of one key are called one after the other; a version that is replaced while they wait is left out.
 */
import { JetlockError } from './error.ts';
import { backOff, type Time } from './retry.ts';
import type { Got } from './source.ts';

/** What changed, beside its value. */
export type Change = { readonly key: string; readonly version: number };
export type Handler = (value: string, change: Change) => unknown;
/** `cause`: what a handler threw. */
export type OnError = (error: JetlockError, cause?: unknown) => void;

export type Handlers = {
  /** @param current the version that is current, 0 for none, if it is known */
  readonly add: (key: string, handler: Handler, current?: number) => () => void;
  readonly keys: () => ReadonlyArray<string>;
  /** The program was given that version, 0 for none: handlers that were called for nothing yet go on from there. */
  readonly handedOut: (key: string, version: number) => void;
  /** That is the newest version that is known; none if there is no value to be had. */
  readonly offer: (key: string, got: Got | undefined) => void;
  /** Calls no handler any more. */
  readonly close: () => void;
};

export type HandlersOptions = {
  readonly time: Time;
  readonly onError: OnError;
  /** Told when every handler of a key has succeeded with its newest version. */
  readonly onApplied: (change: Change) => void;
  /** Told when a key has no handler any more. */
  readonly onUnused?: (key: string) => void;
};

const LONGEST_MS = 60_000;

/** One handler: the version that it goes on from, whether it was ever called, and what ends its pause after a failure. */
type Registered = { readonly handler: Handler; from: number | undefined; called: boolean; running: boolean; ended: boolean; pause: AbortController | undefined };
/** `highest`: the number of the newest version that there ever was, also when its value may not be had any more. */
type Key = { readonly key: string; readonly registered: Set<Registered>; newest: Got | undefined; highest: number; handedOut: number | undefined; turn: Promise<unknown> };

const nameOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.name : typeof thrown);

/** What was thrown is not repeated: nobody knows whether the value is in it. */
const failed = ({ key, version }: Change, thrown: unknown, ms: number): JetlockError =>
  new JetlockError({
    code: 'handler',
    message: `the handler of ${key} failed with version ${version} (${nameOf(thrown)})`,
    hint: `it is called again in ${(ms / 1000).toFixed(1)} s; until it succeeds the program may go on with the value of before`,
    retryable: true,
  });

/** The newest version, if the handler has to be told. */
const due = (one: Registered, { newest }: Key): Got | undefined =>
  !one.ended && newest !== undefined && one.from !== undefined && one.from < newest.version ? newest : undefined;

const isBehind = (one: Registered, version: number): boolean => one.from === undefined || one.from < version;

const call = async (one: Registered, value: string, change: Change): Promise<{ readonly thrown: unknown } | undefined> => {
  one.called = true;
  try {
    await one.handler(value, change);
    return undefined;
  } catch (thrown) {
    return { thrown };
  }
};

/** The value as text; one that is none is reported, and passed over: calling again makes it no better. */
const textOf = (got: Got, onError: OnError): string | undefined => {
  try {
    return got.text();
  } catch (error) {
    onError(error as JetlockError);
    return undefined;
  }
};

/** Calls one handler until it has succeeded with the newest version. */
const runnerOf = ({ time, onError, onApplied }: HandlersOptions) => {
  const succeeded = (one: Registered, all: Key, change: Change): void => {
    one.from = change.version;
    all.handedOut = Math.max(change.version, all.handedOut ?? 0);
    // Of one that ended while it was called nobody waits to hear.
    if (all.registered.size > 0 && ![...all.registered].some((other) => isBehind(other, change.version))) onApplied(change);
  };
  /** Whether it has to wait before it is called again. */
  const next = async (one: Registered, all: Key): Promise<{ readonly change: Change; readonly thrown: unknown } | undefined> => {
    // Looked up only when it is its turn: what is newest may be another one by now.
    const got = due(one, all);
    const value = got && textOf(got, onError);
    if (got === undefined) return undefined;
    if (value === undefined) return void (one.from = got.version);
    const change = { key: all.key, version: got.version };
    const failure = await call(one, value, change);
    return failure === undefined ? succeeded(one, all, change) ?? undefined : { change, ...failure };
  };
  const pauseAfter = async (one: Registered, all: Key, { change, thrown }: { readonly change: Change; readonly thrown: unknown }, failures: number): Promise<void> => {
    const pauseMs = backOff(failures, LONGEST_MS);
    onError(failed(change, thrown, pauseMs), thrown);
    if (due(one, all)?.version !== change.version) return;
    one.pause = new AbortController();
    await time.pause(pauseMs, one.pause.signal);
    one.pause = undefined;
  };
  return async (one: Registered, all: Key): Promise<void> => {
    if (one.running) return;
    one.running = true;
    for (let failures = 0; due(one, all) !== undefined; ) {
      const turn = all.turn.then(() => next(one, all));
      all.turn = turn;
      const failure = await turn;
      failures = failure === undefined ? 0 : failures + 1;
      if (failure !== undefined) await pauseAfter(one, all, failure, failures);
    }
    one.running = false;
  };
};

const newKey = (key: string): Key => ({ key, registered: new Set(), newest: undefined, highest: 0, handedOut: undefined, turn: Promise.resolve() });

const end = (key: Key, one: Registered, { onUnused }: Pick<HandlersOptions, 'onUnused'>): void => {
  if (one.ended) return;
  one.ended = true;
  one.pause?.abort();
  key.registered.delete(one);
  // Without anyone to tell nobody looks for a newer one either.
  if (key.registered.size > 0) return;
  key.newest = undefined;
  onUnused?.(key.key);
};

export const newHandlers = (options: HandlersOptions): Handlers => {
  const all = new Map<string, Key>();
  const run = runnerOf(options);
  const of = (name: string): Key => {
    const key = all.get(name) ?? newKey(name);
    all.set(name, key);
    return key;
  };
  const add: Handlers['add'] = (name, handler, current) => {
    const key = of(name);
    const one: Registered = { handler, from: key.handedOut ?? current, called: false, running: false, ended: false, pause: undefined };
    key.registered.add(one);
    void run(one, key);
    return () => end(key, one, options);
  };
  const handedOut: Handlers['handedOut'] = (name, version) => {
    const key = of(name);
    key.handedOut = version;
    // What may not be had any more is not handed on either.
    if (version === 0) key.newest = undefined;
    for (const one of key.registered) {
      // A slow answer can be older than what was found meanwhile; but a newer one does not stand for a call of the handler.
      if (!one.called) one.from = Math.min(version, one.from ?? version);
      void run(one, key);
    }
  };
  const offer: Handlers['offer'] = (name, got) => {
    const key = of(name);
    const isNewer = key.registered.size > 0 && got !== undefined && got.version > key.highest;
    key.highest = Math.max(key.highest, got?.version ?? 0);
    if (got === undefined) key.newest = undefined;
    else if (key.registered.size > 0 && got.version === key.highest) key.newest = got;
    for (const one of key.registered) {
      one.from ??= key.newest?.version ?? 0;
      // What failed with an older one may well succeed with this one.
      if (isNewer) one.pause?.abort();
      void run(one, key);
    }
  };
  const close = () => [...all.values()].forEach((key) => [...key.registered].forEach((one) => end(key, one, options)));
  return { add, handedOut, offer, close, keys: () => [...all.values()].filter(({ registered }) => registered.size > 0).map(({ key }) => key) };
};
