/** Those who wait for a place in the log to be folded. */
export type Waiters = {
  /** Resolves when it is; `false` after the limit. */
  readonly wait: (seq: number, limitMs: number) => Promise<boolean>;
  /** More was folded. */
  readonly tell: () => void;
};

type Waiter = { readonly seq: number; readonly resolve: (reached: boolean) => void; readonly timer: NodeJS.Timeout };

export const makeWaiters = (applied: () => number): Waiters => {
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
