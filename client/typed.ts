/** A client that knows its keys: what all sources of values have in common. */
import { Redacted } from '../crypto/redacted.ts';
import { argumentError, JetlockError } from './error.ts';
import { newHandlers, type Change, type OnError } from './handlers.ts';
import { systemTime, type Time } from './retry.ts';
import type { ForKey, KeyOf, Values, Wish, Wishes } from './schema.ts';
import type { Got, Gotten, Source, Waiting } from './source.ts';
import { guarded } from './warning.ts';
import { newWatch } from './watch.ts';

/**
 * The secrets of one program. All promises reject with a JetlockError only; nothing is kept here, so each call is one more line
 * in the audit log and has the value of that moment. A key that is not required and has no value that this program may have is
 * its `default`, or undefined.
 */
export type SecretsClient<W extends Wishes = Wishes> = {
  /** The value; rejects, saying what to do next, where it is required and not to be had. */
  readonly getSecret: <K extends KeyOf<W>>(key: K) => Promise<ForKey<W, K, string>>;
  /** The same in a box that text, JSON and inspection show as `[redacted]`: `reveal()` gives the value. */
  readonly getSecretValue: <K extends KeyOf<W>>(key: K) => Promise<ForKey<W, K, Redacted<string>>>;
  /** All of them, asked for at once; rejects, naming every one that is required and missing. */
  readonly getAll: () => Promise<Values<W>>;
  /**
   * Calls the handler with each version that is newer than what the program was given last: by a `get…` before this call, else
   * with whatever comes after the version that is current now. Never with an older one after a newer one; versions that are
   * replaced while a handler is busy are left out, the last one never is. One call at a time for a key; a handler that throws or
   * rejects is reported to `onError` and called again, later each time, up to a minute.
   * @returns what ends it
   */
  readonly onChange: (key: KeyOf<W>, handler: (value: string, change: Change) => unknown) => () => void;
  /** Waits until an admin has approved what is missing: everything required, one key, or several. Rejects, naming them, after `timeoutMs`. */
  readonly waitFor: {
    (options: Waiting): Promise<Values<W>>;
    (key: KeyOf<W>, options: Waiting): Promise<string>;
    <K extends KeyOf<W>>(keys: ReadonlyArray<K>, options: Waiting): Promise<{ readonly [P in K]: string }>;
  };
  /** Gives up what is under way; handlers are not called any more. */
  readonly close: () => Promise<void>;
};

export type TypedOptions = {
  readonly wishes: ReadonlyMap<string, Wish>;
  readonly source: Source;
  readonly onError: OnError;
  readonly time?: Time;
};

const wishFor = (wishes: ReadonlyMap<string, Wish>, key: string): Wish => {
  const wish = wishes.get(key);
  if (wish === undefined) throw argumentError('that is no key of the schema', `its keys are ${[...wishes.keys()].join(', ')}`);
  return wish;
};

/** The values, once nothing that is required is missing. */
const complete = (wishes: ReadonlyArray<Wish>, got: Gotten, missing: Source['missing']): Gotten => {
  const lacking = wishes.filter(({ key, required }) => required && !got.has(key));
  if (lacking.length > 0) throw missing(lacking, wishes.length);
  return got;
};

const object = (wishes: ReadonlyArray<Wish>, got: Gotten): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(wishes.map((wish) => [wish.key, got.get(wish.key)?.text() ?? wish.default]));

const lost = ({ key, path }: Wish): JetlockError =>
  new JetlockError({
    code: 'refused',
    message: `${key} (${path}) is not available any more: its handlers wait for it`,
    hint: 'the program goes on with the value of before; see who took it away: jetlock audit log',
    retryable: false,
    paths: [path],
  });

/** Keys that had a value and have none any more, each told once. */
const losses = (onError: OnError) => {
  const had = new Set<string>();
  return (wish: Wish, got: Got | undefined): void => {
    if (got !== undefined) had.add(wish.key);
    else if (had.delete(wish.key)) onError(lost(wish));
  };
};

const watched = ({ wishes, source, onError: told, time = systemTime }: TypedOptions) => {
  const onError = guarded(told);
  // Another key may stand for the same path.
  const drop = (path: string): void => {
    if (!handlers.keys().some((key) => wishFor(wishes, key).path === path)) source.dropped?.(path);
  };
  const handlers = newHandlers({ time, onError, onApplied: ({ key, version }) => source.applied?.(wishFor(wishes, key).path, version), onUnused: (key) => drop(wishFor(wishes, key).path) });
  const tellLoss = losses(onError);
  /** The versions that were found last, 0 for none. */
  const known = new Map<string, number>();
  const take = (wish: Wish, got: Got | undefined): void => {
    known.set(wish.key, got?.version ?? 0);
    tellLoss(wish, got);
    handlers.offer(wish.key, got);
  };
  const look = async (): Promise<void> => {
    const wanted = handlers.keys().map((key) => wishFor(wishes, key));
    const got = await source.read(wanted);
    for (const wish of wanted) take(wish, got.get(wish.key));
  };
  const next = async (isGivenUp: () => boolean): Promise<boolean> => {
    const had = handlers.keys().map((key) => ({ wish: wishFor(wishes, key), version: known.get(key) ?? 0 }));
    const news = await source.next?.(had);
    // Whatever it says, the question that took its place says it again.
    if (news === undefined || isGivenUp()) return false;
    for (const [key, got] of news) take(wishFor(wishes, key), got);
    return news.size > 0;
  };
  const watch = newWatch({ look, ...(source.next === undefined ? {} : { next }), isWatching: () => handlers.keys().length > 0, listen: source.listen, onError, gapMs: source.gapMs, time });
  const add = (key: string, handler: (value: string, change: Change) => unknown): (() => void) => {
    const end = handlers.add(wishFor(wishes, key).key, handler, source.current?.(key));
    watch.ring();
    return end;
  };
  const close = () => {
    handlers.close();
    watch.close();
  };
  return { add, handedOut: handlers.handedOut, close };
};

type Asking = ReadonlyArray<Wish>;
type HandedOut = (key: string, version: number) => void;

/** What is asked for at once; everything that leaves is noted for the handlers. */
const readerOf = ({ source }: TypedOptions, handedOut: HandedOut) => {
  const noted = (asked: Asking, got: Gotten): Values<Wishes> => {
    // First: one that is no text throws, and then none was handed out.
    const values = object(asked, got);
    for (const { key } of asked) handedOut(key, got.get(key)?.version ?? 0);
    return values;
  };
  return {
    read: async (asked: Asking) => noted(asked, complete(asked, await source.read(asked), source.missing)),
    wait: async (asked: Asking, waiting: Waiting) => noted(asked, await source.wait(asked, waiting)),
  };
};

/** The three ways to wait. What is not required is only asked for once the rest is there. */
const waitingFor = (wishes: ReadonlyMap<string, Wish>, { read, wait }: ReturnType<typeof readerOf>) => {
  const all = [...wishes.values()];
  const forAll = async (waiting: Waiting) => {
    const [required, others] = [all.filter((wish) => wish.required), all.filter((wish) => !wish.required)];
    const got = required.length === 0 ? {} : await wait(required, waiting);
    return others.length === 0 ? got : { ...got, ...(await read(others)) };
  };
  return async (first: string | ReadonlyArray<string> | Waiting, waiting?: Waiting) => {
    if (waiting === undefined) return forAll(first as Waiting);
    if (typeof first !== 'string') return wait((first as ReadonlyArray<string>).map((key) => wishFor(wishes, key)), waiting);
    return (await wait([wishFor(wishes, first)], waiting))[first];
  };
};

/** The client of any source. */
export const typedClient = (options: TypedOptions): SecretsClient => {
  const { wishes, source } = options;
  const { add, handedOut, close } = watched(options);
  const reader = readerOf(options, handedOut);
  const getSecret = async (key: string) => (await reader.read([wishFor(wishes, key)]))[key];
  const getSecretValue = async (key: string) => {
    const value = await getSecret(key);
    return value === undefined ? undefined : new Redacted(value);
  };
  return {
    getSecret: getSecret as never,
    getSecretValue: getSecretValue as never,
    getAll: () => reader.read([...wishes.values()]),
    onChange: add,
    waitFor: waitingFor(wishes, reader) as never,
    close: async () => {
      close();
      await source.close();
    },
  };
};
