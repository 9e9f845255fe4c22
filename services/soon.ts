/** What is nearly always at hand, and now and then has to be fetched. To wait for what is there takes as long as to use it. */
export type Soon<A> = A | Promise<A>;

export const isLater = <A>(soon: Soon<A>): soon is Promise<A> => soon instanceof Promise;

/** Goes on with it, at once if it is there. */
export const andThen = <A, B>(soon: Soon<A>, next: (value: A) => B): Soon<B> => (isLater(soon) ? soon.then(next) : next(soon));
