/** Work that can take longer than anyone waits for an answer. */

/** An outcome that nobody was told is kept for this long: whoever began the work asks again every few seconds. */
const KEPT_MS = 60_000;

export const RUNNING = Symbol('running');

/**
 * Begins work under a name, or joins the one that is under way. Who is told that it is running asks again and gets the outcome,
 * once; whoever asks after that begins anew.
 */
export type LongWork<A> = (name: string, work: () => Promise<A>, limitMs: number) => Promise<A | typeof RUNNING>;

export const makeLongWork = <A>(keptMs = KEPT_MS): LongWork<A> => {
  const all = new Map<string, Promise<A>>();
  const forget = (name: string, one: Promise<A>): void => {
    if (all.get(name) === one) all.delete(name);
  };
  const begin = (name: string, work: () => Promise<A>): Promise<A> => {
    const one = work();
    all.set(name, one);
    const forgetLater = (): void => void setTimeout(() => forget(name, one), keptMs).unref();
    one.then(forgetLater, forgetLater);
    return one;
  };
  return async (name, work, limitMs) => {
    const one = all.get(name) ?? begin(name, work);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<typeof RUNNING>((resolve) => (timer = setTimeout(() => resolve(RUNNING), limitMs)));
    const ended = await Promise.race([one, late]).finally(() => clearTimeout(timer));
    if (ended !== RUNNING) forget(name, one);
    return ended;
  };
};
