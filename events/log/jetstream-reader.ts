/** Reading the log by request. Every answer comes from the stream's leader: a direct get may be answered by a replica that is behind. */
import { jetstreamManager } from '@nats-io/jetstream';
import type { JetStreamManager, StreamInfo } from '@nats-io/jetstream';
import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import type { Option } from 'fp-ts/lib/Option.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { NatsConnection } from 'nats';
import { asked, makeAskAgain } from './jetstream-ask.ts';
import { LINK_LOST } from './jetstream-link.ts';
import type { Link } from './jetstream-link.ts';
import { storedMessage } from './jetstream-message.ts';
import type { LogInfo, LogMessage, LogReader, Unavailable } from './log.ts';

export type Stream = { readonly stream: string };

const ANSWER_MS_MAX = 5_000;

/** Without asking the account for its limits, which most identities may not. */
export const managerOf = (nc: NatsConnection): Promise<JetStreamManager> => jetstreamManager(nc, { checkAPI: false, timeout: ANSWER_MS_MAX });

type Query = { readonly seq: number; readonly next_by_subj?: string } | { readonly last_by_subj: string };

/** A request changes nothing, so nothing of it can be stored. */
const unavailable = (error: unknown): Unavailable => ({
  _tag: 'unavailable',
  stored: 'no',
  why: error instanceof Error ? error.message : 'no answer',
});

type Ask = <A>(question: (manager: JetStreamManager) => Promise<A>) => Promise<A>;

const askerOn = (nc: NatsConnection): Ask => {
  const manager = managerOf(nc);
  const askAgain = makeAskAgain();
  return async (question) => {
    const made = await manager;
    return askAgain(() => question(made));
  };
};

const get =
  (ask: Ask, { stream }: Stream) =>
  (query: Query): TaskEither<Unavailable, Option<LogMessage>> =>
    TE.tryCatch(async () => {
      const stored = await ask(({ streams }) => streams.getMessage(stream, query));
      return stored === null ? O.none : O.some(storedMessage(stored));
    }, unavailable);

/** The server writes its own time into every answer about a stream. */
export const serverTime = (info: StreamInfo): number => Date.parse('ts' in info && typeof info.ts === 'string' ? info.ts : '');

const info = (ask: Ask, { stream }: Stream): TaskEither<Unavailable, LogInfo> =>
  TE.tryCatch(async () => {
    const found = await ask(({ streams }) => streams.info(stream));
    const { created, state } = found;
    return { created, first: state.first_seq, last: state.last_seq, messages: state.messages, bytes: state.bytes, time: serverTime(found) };
  }, unavailable);

/**
 * Reads a stream. Needs the right to publish on `$JS.API.STREAM.MSG.GET.<stream>` and `$JS.API.STREAM.INFO.<stream>`, and no other.
 * @param of.stream name of the stream
 */
export const jetstreamReader = (nc: NatsConnection, of: Stream): LogReader => {
  const ask = askerOn(nc);
  const find = get(ask, of);
  return {
    at: (seq) => (seq < 1 ? TE.right(O.none) : find({ seq })),
    next: (seq, filter) => find({ seq: Math.max(seq, 1), next_by_subj: filter }),
    last: (subject) =>
      pipe(
        find({ last_by_subj: subject }),
        TE.map(O.match(() => 0, ({ seq }) => seq)),
      ),
    info: () => info(ask, of),
  };
};

/** Ends with the connection: what is under way when that is lost is answered by nobody, and what is sent before it is back is dropped. */
const whileUp = (link: Link) => <A>(ask: TaskEither<Unavailable, A>): TaskEither<Unavailable, A> => async () => {
  const result = link.isUp() ? await asked(link, ask) : 'lost';
  return result === 'lost' ? E.left(unavailable(new Error(LINK_LOST))) : result.answer;
};

/** The same over a connection that is watched: a loss is an answer at once, not after the time-out of a request. */
export const watchedReader = (nc: NatsConnection, link: Link, of: Stream): LogReader => {
  const reader = jetstreamReader(nc, of);
  const watched = whileUp(link);
  return {
    at: (seq) => watched(reader.at(seq)),
    next: (seq, filter) => watched(reader.next(seq, filter)),
    last: (subject) => watched(reader.last(subject)),
    info: () => watched(reader.info()),
  };
};
