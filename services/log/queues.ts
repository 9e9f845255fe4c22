/** Tasks of one name one at a time, in the order in which they came; those of other names beside them. */
export type InTurn = <A>(name: string, task: () => Promise<A>) => Promise<A>;

export const makeQueues = (): InTurn => {
  const tails = new Map<string, Promise<unknown>>();
  return (name, task) => {
    const run = (tails.get(name) ?? Promise.resolve()).then(task);
    const tail = run.catch(() => undefined).then(() => {
      if (tails.get(name) === tail) tails.delete(name);
    });
    tails.set(name, tail);
    return run;
  };
};
