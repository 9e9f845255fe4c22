/** Appending to a stream: one message, on the condition that nothing came before it on its subject. */
import * as E from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { errors, headers } from 'nats';
import type { MsgHdrs } from 'nats';
import { LINK_LOST } from './jetstream-link.ts';
import type { Link } from './jetstream-link.ts';
import { MAC_HEADER } from './jetstream-message.ts';
import type { Stream } from './jetstream-reader.ts';
import type { NoAnswer, Request } from './jetstream-requests.ts';
import type { Conflict, Log, Unavailable } from './log.ts';

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

/** What the server answers: the sequence, or why not. */
const Ack = t.union([t.type({ error: t.type({ code: t.number, err_code: t.number, description: t.string }) }), t.type({ stream: t.string, seq: t.number })], 'Ack');

const decoder = new TextDecoder();

const ackIn = (data: Uint8Array): t.TypeOf<typeof Ack> | undefined => {
  try {
    const value: unknown = JSON.parse(decoder.decode(data));
    return Ack.is(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

type Outcome = Either<Conflict | Unavailable, number>;

const outcomeOf = (data: Uint8Array): Outcome => {
  const ack = ackIn(data);
  if (ack === undefined) return E.left(unavailable('unknown', 'an acknowledgement that says nothing'));
  if (!('error' in ack)) return E.right(ack.seq);
  const { code, err_code, description } = ack.error;
  if (CONFLICTS.has(err_code)) return E.left({ _tag: 'conflict' });
  // A server in trouble may have handed the message on before it said so.
  return E.left(unavailable(code >= 500 ? 'unknown' : 'no', description));
};

const unanswered = (why: NoAnswer): Unavailable => {
  if (why === 'lost') return unavailable('unknown', LINK_LOST);
  return unavailable(NEVER_SENT.some((kind) => why instanceof kind) ? 'no' : 'unknown', why.message);
};

/** No message id: the conditions alone decide, and their answer means the same on every version of the server. */
const headersOf = (stream: string, prev: number, mac: string): MsgHdrs => {
  const made = headers();
  made.set('Nats-Expected-Stream', stream);
  made.set('Nats-Expected-Last-Subject-Sequence', `${prev}`);
  if (mac !== '') made.set(MAC_HEADER, mac);
  return made;
};

/** Appends through a connection; what was under way when that was lost is `unknown` at once, not after the time-out. */
export const appender =
  (request: Request, link: Link, { stream }: Stream): Log['append'] =>
  ({ subject, prev, data, mac }) =>
  async () => {
    if (!link.isUp()) return E.left(unavailable('no', 'not connected to nats'));
    const answer = await request(subject, data, ACK_MS_MAX, headersOf(stream, prev, mac));
    return E.isLeft(answer) ? E.left(unanswered(answer.left)) : outcomeOf(answer.right.data);
  };
