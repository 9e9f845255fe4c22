/** Work that many want done: each name has its turn, so whoever wants much waits for themselves, not for each other. */
import { left, type Either } from 'fp-ts/lib/Either.js';
import { refuse, type Refusal } from '../../events/refusal.ts';
import { monotonic } from '../request/rate-limit.ts';
import { makeLane, type Limits } from './lane.ts';

type Work<A> = () => Promise<Either<Refusal, A>>;
export type Turns = <A>(name: string, work: Work<A>) => Promise<Either<Refusal, A>>;

type Item = { readonly bytes: Uint8Array; readonly go: () => Promise<void>; readonly turnAway: () => void };
const NOTHING = new Uint8Array();

/** What there is no room for, or has waited too long, is `busy`. */
export const makeTurns = (limits: Limits, now: () => number = monotonic): Turns => {
  const lane = makeLane<Item>(limits, { run: ({ go }) => go(), turnAway: ({ turnAway }) => turnAway(), now });
  // While there are so few nobody has to stand in line, which costs each some microseconds.
  let free = limits.perTurn;
  const atOnce = async <A>(work: Work<A>): Promise<Either<Refusal, A>> => {
    free -= 1;
    try {
      return await work();
    } finally {
      free += 1;
    }
  };
  const inLine = <A>(name: string, work: Work<A>): Promise<Either<Refusal, A>> =>
    new Promise((resolve, reject) => {
      const item = { bytes: NOTHING, go: () => work().then(resolve, reject), turnAway: () => resolve(left(refuse('busy'))) };
      lane.offer('', name, item);
    });
  return (name, work) => (free > 0 ? atOnce(work) : inLine(name, work));
};
