/** One piece of work after the other. */
export type Exclusive = <A>(work: () => Promise<A>) => Promise<A>;

/** A queue: each piece of work begins when all before it have settled, whichever way. */
export const makeExclusive = (): Exclusive => {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work, work);
    last = mine.catch(() => undefined);
    return mine;
  };
};
