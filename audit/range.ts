/** The log, read by sequence. Nothing is ever deleted from it, so no sequence may be missing. */
import { left, right, type Either } from 'fp-ts/lib/Either.js';
import type { LogMessage, LogReader, Unavailable } from '../events/log/log.ts';

/** Sequences that the log does not have, both ends included. */
export type Gap = { readonly _tag: 'gap'; readonly from: number; readonly to: number };

/** Requests on their way at a time: the time to the log and back is paid once for so many. */
const IN_FLIGHT = 128;

export type Range = { readonly reader: LogReader; readonly from: number; readonly to: number; readonly signal?: AbortSignal };

const isAborted = ({ signal }: Range): boolean => signal?.aborted === true;

/** Answers in order, each by its sequence. A left ends them. */
async function* answers(range: Range) {
  const { reader, from, to } = range;
  const asked: Array<{ readonly seq: number; readonly answer: ReturnType<ReturnType<LogReader['at']>> }> = [];
  let next = from;
  for (;;) {
    while (asked.length < IN_FLIGHT && next <= to) {
      asked.push({ seq: next, answer: reader.at(next)() });
      next += 1;
    }
    const one = asked.shift();
    if (one === undefined || isAborted(range)) return;
    yield { seq: one.seq, answer: await one.answer };
  }
}

/** The messages from one sequence to another, and what is missing between them. Ends after the first left, and when aborted. */
export async function* readRange(range: Range): AsyncGenerator<Either<Unavailable, LogMessage | Gap>> {
  let missing: number | undefined;
  for await (const { seq, answer } of answers(range)) {
    if (answer._tag === 'Left') {
      yield left(answer.left);
      return;
    }
    if (answer.right._tag === 'None') {
      missing ??= seq;
      continue;
    }
    if (missing !== undefined) yield right({ _tag: 'gap', from: missing, to: seq - 1 });
    missing = undefined;
    yield right(answer.right.value);
  }
  if (missing !== undefined && !isAborted(range)) yield right({ _tag: 'gap', from: missing, to: range.to });
}
