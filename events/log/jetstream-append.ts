/** Appending to a stream: one message, on the condition that nothing came before it on its subject. */
import { JetStreamApiError, jetstream } from '@nats-io/jetstream';
import * as E from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import { errors, headers } from 'nats';
import type { MsgHdrs, NatsConnection } from 'nats';
import { asked } from './jetstream-ask.ts';
import { LINK_LOST } from './jetstream-link.ts';
import type { Link } from './jetstream-link.ts';
import { MAC_HEADER } from './jetstream-message.ts';
import type { Stream } from './jetstream-reader.ts';
import type { Conflict, Draft, Log, Unavailable } from './log.ts';

const ACK_MS_MAX = 5_000;
/** The second one: another message on that subject is being agreed on by the replicas right now. */
const CONFLICTS: ReadonlySet<number> = new Set([10071, 10164]);

/** What fails before anything was sent, or because nobody was there to take it. */
const NEVER_SENT = [
  errors.NoRespondersError,
  errors.ClosedConnectionError,
  errors.DrainingConnectionError,
  errors.InvalidArgumentError,
  errors.InvalidSubjectError,
  errors.PermissionViolationError,
] as const;

const unavailable = (stored: Unavailable['stored'], why: string): Unavailable => ({ _tag: 'unavailable', stored, why });

/** The error and what caused it, the innermost last: the client wraps what it met once or twice. */
const chainOf = (error: unknown): ReadonlyArray<unknown> => (error instanceof Error ? [error, ...chainOf(error.cause)] : []);

const refusalOf = (error: unknown): Conflict | Unavailable => {
  const chain = chainOf(error);
  const answer = chain.find((one) => one instanceof JetStreamApiError);
  if (answer && CONFLICTS.has(answer.code)) return { _tag: 'conflict' };
  // A server in trouble may have handed the message on before it said so.
  if (answer) return unavailable(answer.status >= 500 ? 'unknown' : 'no', answer.message);
  const unsent = chain.some((one) => NEVER_SENT.some((kind) => one instanceof kind));
  return unavailable(unsent ? 'no' : 'unknown', error instanceof Error ? error.message : 'no acknowledgement');
};

const macHeader = (mac: string): MsgHdrs => {
  const made = headers();
  if (mac !== '') made.set(MAC_HEADER, mac);
  return made;
};

type Outcome = Either<Conflict | Unavailable, number>;

const publish = (nc: NatsConnection, { stream }: Stream) => {
  const js = jetstream(nc, { timeout: ACK_MS_MAX });
  return async ({ subject, prev, data, mac }: Draft): Promise<Outcome> => {
    try {
      // No message id: the condition alone decides, and its answer means the same on every version of the server.
      const expect = { streamName: stream, lastSubjectSequence: prev };
      return E.right((await js.publish(subject, data, { headers: macHeader(mac), expect })).seq);
    } catch (error) {
      return E.left(refusalOf(error));
    }
  };
};

/** Appends through a connection; what was under way when that was lost is `unknown` at once, not after the time-out. */
export const appender = (nc: NatsConnection, link: Link, of: Stream): Log['append'] => {
  const send = publish(nc, of);
  return (draft) => async () => {
    if (!link.isUp()) return E.left(unavailable('no', 'not connected to nats'));
    const result = await asked(link, () => send(draft));
    return result === 'lost' ? E.left(unavailable('unknown', LINK_LOST)) : result.answer;
  };
};
