/** Many commands, some at a time: one that is refused does not stop the others, but what would stop all of them does. */
import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { ClientFailure } from '../client/failure.ts';
import type { Done } from '../protocol/operations.ts';
import { failureOfClient } from './client-failure.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Io } from './io.ts';
import { progress } from './progress.ts';
import type { Failure } from './failure.ts';
import { say } from './terminal.ts';

const IN_FLIGHT = 8;

export type Tally<A> = {
  readonly changed: number;
  readonly unchanged: number;
  /** What the service said of items that were carried out, in the order of the items. */
  readonly noted: ReadonlyArray<{ readonly item: A; readonly note: string }>;
  /** In the order of the items. */
  readonly failed: ReadonlyArray<{ readonly item: A; readonly failure: Failure }>;
};

const NOT_TRIED: Failure = { exit: EXIT.unavailable, code: 'not_tried', message: 'not tried any more' };

/** An answer about one item leaves the others their chance; anything else would be met by each of them. */
const stopsAll = (failure: Failure): boolean => failure.exit !== EXIT.badInput && failure.exit !== EXIT.notFound;

/** Sends all, at most 8 at a time. @param onEach is told how many are done */
export const sendAll =
  <A>(items: ReadonlyArray<A>, send: (item: A) => TaskEither<ClientFailure, Done>, onEach: (done: number) => void): (() => Promise<Tally<A>>) =>
  async () => {
    const results: Array<E.Either<Failure, Done>> = [];
    let next = 0;
    let done = 0;
    let stopped = false;
    const worker = async (): Promise<void> => {
      for (let at = next++; at < items.length; at = next++) {
        const result = stopped ? E.left(NOT_TRIED) : E.mapLeft(failureOfClient)(await send(items[at] as A)());
        results[at] = result;
        stopped ||= E.isLeft(result) && stopsAll(result.left);
        onEach(++done);
      }
    };
    await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, items.length) }, worker));
    return {
      changed: results.filter((result) => E.isRight(result) && result.right.changed).length,
      unchanged: results.filter((result) => E.isRight(result) && !result.right.changed).length,
      noted: results.flatMap((result, at) => (E.isRight(result) && result.right.note !== null ? [{ item: items[at] as A, note: result.right.note }] : [])),
      failed: results.flatMap((result, at) => (E.isLeft(result) ? [{ item: items[at] as A, failure: result.left }] : [])),
    };
  };

/** The same with a bar on a terminal, and a line on stderr for each that failed. @param nameOf what an item is called there */
export const sendAllTold =
  <A>(io: Io, label: string, items: ReadonlyArray<A>, nameOf: (item: A) => string, send: (item: A) => TaskEither<ClientFailure, Done>): (() => Promise<Tally<A>>) =>
  async () => {
    const bar = progress(io, label, Math.max(1, items.length));
    const tally = await sendAll(items, send, bar.at)();
    bar.end();
    for (const { item, note } of tally.noted) await say(io, `${nameOf(item)}: note: ${note}`);
    for (const { item, failure } of tally.failed) await say(io, `${nameOf(item)}: ${failure.message}`);
    return tally;
  };

/** How a command ends that sent many: as the first that failed and was tried. */
export const exitOf = ({ failed }: Tally<unknown>): ExitCode =>
  failed.find(({ failure }) => failure !== NOT_TRIED)?.failure.exit ?? EXIT.ok;
