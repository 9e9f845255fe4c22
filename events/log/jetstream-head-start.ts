/**
 * How to catch up. To find the next message that a filter covers, the server goes through the subjects of a block of its store:
 * for one filter about 35 µs a message where there are 2,000 subjects, for several 500 µs. Without a filter it is 6 µs. So a long
 * way back is gone without filters, or with the only one that matters there, and the last steps with those that were asked for.
 */
import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { LogReader, Unavailable } from './log.ts';

export type HeadStart = {
  /** None: every message of the stream. */
  readonly filters: ReadonlyArray<string>;
  /** Sequence of the last message that it is for; there is one. */
  readonly upTo: number;
};

const WORTHWHILE = 1_000;
const SEVERAL_FILTERS_US = 500;
const ONE_FILTER_US = 35;
const NO_FILTER_US = 6;
const BYTE_US = 0.002;

const answer = async <A>(task: TaskEither<Unavailable, A>): Promise<A> => {
  const result = await task();
  if (E.isLeft(result)) throw new Error(result.left.why);
  return result.right;
};

type Offer = HeadStart & { readonly costUs: number };

const withoutFilter = async (reader: LogReader, from: number): Promise<Offer> => {
  const upTo = await answer(reader.last('>'));
  const { bytes, messages } = await answer(reader.info());
  return { filters: [], upTo, costUs: (upTo - from + 1) * (NO_FILTER_US + BYTE_US * (bytes / Math.max(messages, 1))) };
};

/** The filter with the newest message, if the others cover nothing before that. */
const withOneFilter = async (reader: LogReader, filters: ReadonlyArray<string>, from: number, pending: number): Promise<Offer> => {
  const lasts = await Promise.all(filters.map((filter) => answer(reader.last(filter))));
  const upTo = Math.max(...lasts);
  const [only, others] = [filters.filter((_, n) => lasts[n] === upTo), filters.filter((_, n) => lasts[n] !== upTo)];
  const firsts = await Promise.all(others.map((filter) => answer(reader.next(from, filter))));
  const alone = firsts.every(O.match(() => true, ({ seq }) => seq > upTo));
  return { filters: only, upTo, costUs: alone ? pending * ONE_FILTER_US : Infinity };
};

/**
 * A quicker way to what lies behind; none if there is little of it, or nothing quicker than the filters themselves.
 * @param pending how many messages the filters cover from there
 */
export const headStart = async (
  reader: LogReader,
  filters: ReadonlyArray<string>,
  from: number,
  pending: number,
): Promise<HeadStart | undefined> => {
  if (pending < WORTHWHILE) return undefined;
  const several = filters.length > 1;
  const asAsked = pending * (several ? SEVERAL_FILTERS_US : ONE_FILTER_US);
  const all = await withoutFilter(reader, from);
  const one = several ? [await withOneFilter(reader, filters, from, pending)] : [];
  const [best] = [all, ...one].filter(({ costUs }) => costUs < asAsked).sort((a, b) => a.costUs - b.costUs);
  return best;
};
