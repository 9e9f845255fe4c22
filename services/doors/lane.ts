/** A way in that is so wide and no wider: what waits, what is under way and what is begun in one turn are bounded. */
import { makeFairQueues } from './fair-queue.ts';

export type Limits = {
  /** Of each kind: how many of one name, and in all. */
  readonly waiting: { readonly each: number; readonly all: number };
  /** `each`: of a kind, or of a name where there is one kind. `fruitless`: of a name whose questions give it nothing. */
  readonly underWay: { readonly each: number; readonly all: number; readonly fruitless?: number };
  /** How many are begun before everything else that happened has its turn. */
  readonly perTurn: number;
  readonly nextTurn: (turn: () => void) => void;
};

/**
 * About 2 ms of work a turn: what arrives meanwhile, also from the log, is never far behind. So many under way fill a message of the log
 * while the one before it is written; more of one service would only stand before the others.
 */
export const KNOWN = { waiting: { each: 2_048, all: 8_192 }, underWay: { each: 256, all: 512, fruitless: 8 }, perTurn: 32, nextTurn: (turn) => void setImmediate(turn) } satisfies Limits;
/** 500 a second, never many at once: each can cost an X25519, and each registration a message of the log that is written for it alone. */
export const UNKNOWN: Limits = { waiting: { each: 128, all: 512 }, underWay: { each: 16, all: 64 }, perTurn: 4, nextTurn: (turn) => void setTimeout(turn, 8) };

/** Of those who show an access key, by HTTP and on NATS: of one key as many as nearly fill a record of reads. */
export const BY_ACCESS_KEY: Limits = { waiting: { each: 512, all: 4_096 }, underWay: { each: 256, all: 1_024 }, perTurn: 64, nextTurn: (turn) => void setImmediate(turn) };

/** Whoever asked has given up by then, or has asked again. */
export const WAIT_MS_MAX = 2_000;

export type LaneParts<A> = {
  readonly run: (item: A) => Promise<void>;
  /** There is no room for it, it has waited too long, or may not be any more. @param isByOwn whether only because so many of that name wait already */
  readonly turnAway: (item: A, name: string, isByOwn: boolean) => void;
  /** Whether what a name asked lately gave it nothing; of nobody unless given. */
  readonly isFruitless?: (name: string) => boolean;
  /** Whether a name may still ask: what it had left may be used up by what stood before. All may unless it is given. */
  readonly mayAsk?: (name: string) => boolean;
  readonly now: () => number;
};

export type Lane<A> = {
  /** Runs it now, later or not at all. Each kind has its turn, and in it each name. */
  readonly offer: (kind: string, name: string, item: A) => void;
  readonly isIdle: () => boolean;
};

/** How many are under way, of each kind or name and in all. */
const makeCount = ({ each, all: most, fruitless = each }: Limits['underWay'], isFruitless: (name: string) => boolean) => {
  const counts = new Map<string, number>();
  let all = 0;
  return {
    all: () => all,
    isFree: () => all < most,
    hasRoom: (name: string): boolean => {
      const own = counts.get(name) ?? 0;
      return own < fruitless || (own < each && !isFruitless(name));
    },
    add: (name: string, by: 1 | -1): void => {
      const own = (counts.get(name) ?? 0) + by;
      if (own === 0) counts.delete(name);
      else counts.set(name, own);
      all += by;
    },
  };
};

/** Of several kinds each has its share, whoever asks; of one kind each name. */
const shareOf = (kind: string, name: string): string => (kind === '' ? name : kind);

export const makeLane = <A extends { readonly bytes: Uint8Array }>({ waiting, underWay, perTurn, nextTurn }: Limits, { run, turnAway, isFruitless = () => false, mayAsk = () => true, now }: LaneParts<A>): Lane<A> => {
  const queues = makeFairQueues<{ readonly item: A; readonly since: number }>(waiting);
  const count = makeCount(underWay, isFruitless);
  const hasRoom = (kind: string, name: string): boolean => count.hasRoom(shareOf(kind, name));
  let left = perTurn;

  const begin = async (share: string, item: A): Promise<void> => {
    // The first of a turn sees to it that there is another one.
    if (left === perTurn) nextTurn(turn);
    left -= 1;
    count.add(share, 1);
    await run(item);
    count.add(share, -1);
    pump();
  };
  const pump = (): void => {
    while (left > 0 && count.isFree()) {
      const next = queues.take(hasRoom);
      if (next === undefined) return;
      const { kind, name, item } = next;
      if (now() - item.since > WAIT_MS_MAX || !mayAsk(name)) turnAway(item.item, name, false);
      else void begin(shareOf(kind, name), item.item);
    }
  };
  const turn = (): void => {
    left = perTurn;
    pump();
  };

  const wait = (kind: string, name: string, item: A): void => {
    // A copy: what came is a small part of something large that would be kept with it.
    if (queues.hasRoom(kind, name)) queues.offer(kind, name, { item: { ...item, bytes: item.bytes.slice() }, since: now() });
    else turnAway(item, name, queues.isFull(kind, name));
    // Those who wait may all have their share under way, and this one not.
    pump();
  };
  return {
    offer: (kind, name, item) => {
      if (left > 0 && count.isFree() && hasRoom(kind, name) && queues.isEmpty()) void begin(shareOf(kind, name), item);
      else wait(kind, name, item);
    },
    isIdle: () => count.all() === 0 && queues.isEmpty(),
  };
};
