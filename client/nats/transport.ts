/** The transport on NATS. */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { errors, type NatsConnection } from 'nats';
import { asked, isUpWithin } from '../../events/log/jetstream-ask.ts';
import { linkOf, type Link } from '../../events/log/jetstream-link.ts';
import type { Subjects } from '../../events/subjects.ts';
import { Sequence } from '../../events/vocabulary.ts';
import { WIRE_BYTES_MAX } from '../../protocol/wire.ts';
import { forbidden, unavailable, type TransportFailure } from '../failure.ts';
import { decodeJson } from '../json.ts';
import type { Listening, Transport } from '../transport.ts';

const Notice = t.strict({ seq: Sequence }, 'Notice');

const because = (cause: unknown, subject: string): TransportFailure => {
  if (cause instanceof errors.PermissionViolationError) return forbidden(`NATS does not allow a ${cause.operation} on ${cause.subject}`);
  if (cause instanceof errors.NoRespondersError) return unavailable(`nobody answers on ${subject}`, 'no');
  if (cause instanceof errors.TimeoutError) return unavailable(`no answer on ${subject} in time`, 'maybe');
  if (cause instanceof errors.ClosedConnectionError || cause instanceof errors.DrainingConnectionError) return unavailable('the connection is closed', 'no');
  return unavailable('the connection to NATS failed', 'maybe');
};

/** The library tells most of them as the cause of another error. */
const failureOf = (subject: string) => (error: unknown): TransportFailure =>
  because(error instanceof errors.RequestError ? (error.cause ?? error) : error, subject);

const ofAllowedSize = (bytes: Uint8Array): E.Either<TransportFailure, Uint8Array> =>
  bytes.length <= WIRE_BYTES_MAX ? E.right(bytes) : E.left(unavailable('the answer is larger than 512 KiB', 'maybe'));

/** Without permission to listen, or a connection, there are no notices; those who wait ask again from time to time all the same. */
const listen = (connection: NatsConnection, subject: string, onNotice: (seq: number) => void): Listening => {
  try {
    const subscription = connection.subscribe(subject, {
      callback: (error, message) => {
        const notice = error === null ? decodeJson(Notice)(message.data) : E.left('no notice');
        if (E.isRight(notice)) onNotice(notice.right.seq);
      },
    });
    return { close: () => subscription.unsubscribe() };
  } catch {
    return { close: () => undefined };
  }
};

type Reply = E.Either<TransportFailure, Uint8Array>;
type Request = (leftMs: number) => Promise<Reply>;

/**
 * The library drops what it is given while it connects again, in silence, and goes on waiting for answers that cannot come: so a
 * request is kept here until the connection stands, and ended when it breaks. It is not sent twice: only those who made it
 * know whether it may be.
 */
const send = async (link: Link, timeoutMs: number, request: Request): Promise<Reply> => {
  const end = performance.now() + timeoutMs;
  if (!link.isOver() && !(await isUpWithin(link, timeoutMs))) return E.left(unavailable('not connected to NATS', 'no'));
  const result = await asked(link, () => request(Math.max(1, end - performance.now())));
  return result === 'lost' ? E.left(unavailable('the connection to NATS was lost', 'maybe')) : result.answer;
};

const requestOn = (connection: NatsConnection, subject: string, bytes: Uint8Array): Request => (timeout) =>
  connection.request(subject, bytes, { timeout }).then(
    ({ data }) => ofAllowedSize(data),
    (error: unknown) => E.left(failureOf(subject)(error)),
  );

/** How long after ours the connections of others may take to be back, and a service to have read what it missed. */
const SETTLING_MS = 5_000;

const settling = (link: Link): (() => boolean) => {
  let since = -Infinity;
  link.onChange(() => (since = performance.now()));
  return () => !link.isOver() && (!link.isUp() || performance.now() - since < SETTLING_MS);
};

/** Uses a connection made with `noAsyncTraces`, which spares every request a stack trace; closing the transport closes it. */
export const natsTransport = (connection: NatsConnection, subjects: Subjects): Transport => {
  const link = linkOf(connection);
  return {
    request: (subject, bytes, timeoutMs) => () => send(link, timeoutMs, requestOn(connection, subject, bytes)),
    isUnsettled: settling(link),
    notices: (service, onNotice) => listen(connection, subjects.notify(service), onNotice),
    close: () => connection.close(),
  };
};
