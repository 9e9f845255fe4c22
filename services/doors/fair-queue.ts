/** A bounded queue that takes from each name in turn: whoever sends much waits for themselves, not for each other. */
export type FairQueue<A> = {
  readonly size: () => number;
  readonly hasRoom: (name: string) => boolean;
  /** As many of that name wait as may, whoever else waits. */
  readonly isFull: (name: string) => boolean;
  /** @returns whether there was room for it */
  readonly offer: (name: string, item: A) => boolean;
  /** The oldest of the name whose turn it is among those that may have one now. */
  readonly take: (mayTake: (name: string) => boolean) => { readonly name: string; readonly item: A } | undefined;
};

/** @param most how many may wait of one name, and in all */
export const makeFairQueue = <A>(most: { readonly each: number; readonly all: number }): FairQueue<A> => {
  // In the order in which they have their turns; a name is here only while something of it waits.
  const waiting = new Map<string, A[]>();
  let size = 0;

  const takeOf = (name: string, own: A[]): A | undefined => {
    const item = own.shift();
    waiting.delete(name);
    if (own.length > 0) waiting.set(name, own);
    size -= 1;
    return item;
  };

  const isFull = (name: string): boolean => (waiting.get(name)?.length ?? 0) >= most.each;
  const hasRoom = (name: string): boolean => size < most.all && !isFull(name);

  return {
    size: () => size,
    hasRoom,
    isFull,
    offer: (name, item) => {
      if (!hasRoom(name)) return false;
      const own = waiting.get(name);
      if (own === undefined) waiting.set(name, [item]);
      else own.push(item);
      size += 1;
      return true;
    },
    take: (mayTake) => {
      for (const [name, own] of waiting) {
        if (!mayTake(name)) continue;
        const item = takeOf(name, own);
        return item === undefined ? undefined : { name, item };
      }
      return undefined;
    },
  };
};

export type FairQueues<A> = {
  readonly isEmpty: () => boolean;
  readonly hasRoom: (kind: string, name: string) => boolean;
  readonly isFull: (kind: string, name: string) => boolean;
  readonly offer: (kind: string, name: string, item: A) => void;
  readonly take: (mayTake: (kind: string, name: string) => boolean) => { readonly kind: string; readonly name: string; readonly item: A } | undefined;
};

/** The same for things of several kinds: each kind has its turn, and in it each name. There must be few kinds. */
export const makeFairQueues = <A>(most: { readonly each: number; readonly all: number }): FairQueues<A> => {
  const kinds = new Map<string, FairQueue<A>>();
  const queueOf = (kind: string): FairQueue<A> => {
    const queue = kinds.get(kind) ?? makeFairQueue<A>(most);
    kinds.set(kind, queue);
    return queue;
  };
  return {
    isEmpty: () => {
      for (const queue of kinds.values()) if (queue.size() > 0) return false;
      return true;
    },
    hasRoom: (kind, name) => queueOf(kind).hasRoom(name),
    isFull: (kind, name) => queueOf(kind).isFull(name),
    offer: (kind, name, item) => void queueOf(kind).offer(name, item),
    take: (mayTake) => {
      for (const [kind, queue] of kinds) {
        const taken = queue.take((name) => mayTake(kind, name));
        if (taken === undefined) continue;
        kinds.delete(kind);
        kinds.set(kind, queue);
        return { kind, ...taken };
      }
      return undefined;
    },
  };
};
