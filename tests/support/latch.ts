/** Waiting in tests: always with a limit, always saying for what. */

/** The promise's value; rejects after `limitMs` milliseconds with an Error that names `what` was waited for. */
export const until = async <A>(promise: PromiseLike<A>, limitMs: number, what: string): Promise<A> => {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${limitMs} ms for ${what}`)), limitMs);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
};

export type Latch<A> = {
  /** Lets everyone who waits go on, now and later; only the first call counts. */
  readonly open: (value: A) => void;
  /** The value it was opened with; rejects if that does not happen within the limit, counted from this call. */
  readonly opened: () => Promise<A>;
};

/**
 * A gate that is closed until the test opens it.
 * @param limitMs how long each wait may last
 * @param what named by the failure
 */
export const latch = <A = void>(limitMs: number, what = 'a latch to open'): Latch<A> => {
  const { promise, resolve } = withResolvers<A>();
  return { open: resolve, opened: () => until(promise, limitMs, what) };
};

const withResolvers = <A>(): { promise: Promise<A>; resolve: (value: A) => void } => {
  let resolve!: (value: A) => void;
  const promise = new Promise<A>((settle) => (resolve = settle));
  return { promise, resolve };
};
