/** The transport on NATS. */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { errors, type NatsConnection } from 'nats';
import { isUpWithin } from '../../events/log/jetstream-ask.ts';
import { linkOf, type Link } from '../../events/log/jetstream-link.ts';
import { requestsOn, type NoAnswer, type Request } from '../../events/log/jetstream-requests.ts';
import type { Subjects } from '../../events/subjects.ts';
import { Sequence } from '../../events/vocabulary.ts';
import { WIRE_BYTES_MAX } from '../../protocol/wire.ts';
import { forbidden, forbiddenInbox, unavailable, type TransportFailure } from '../failure.ts';
import { decodeJson } from '../json.ts';
import type { Listening, Transport } from '../transport.ts';

const Notice = t.strict({ seq: Sequence }, 'Notice');

/** A request listens nowhere but where its reply comes to. */
const forbiddenOf = ({ operation, subject }: InstanceType<typeof errors.PermissionViolationError>): TransportFailure =>
  (operation === 'subscription' ? forbiddenInbox : forbidden)(`NATS does not allow a ${operation} on ${subject}`);

const failureOf = (subject: string, cause: NoAnswer): TransportFailure => {
  if (cause === 'lost') return unavailable('the connection to NATS was lost', 'maybe');
  if (cause instanceof errors.PermissionViolationError) return forbiddenOf(cause);
  if (cause instanceof errors.NoRespondersError) return unavailable(`nobody answers on ${subject}`, 'no');
  if (cause instanceof errors.TimeoutError) return unavailable(`no answer on ${subject} in time`, 'maybe');
  if (cause instanceof errors.ClosedConnectionError || cause instanceof errors.DrainingConnectionError) return unavailable('the connection is closed', 'no');
  return unavailable('the connection to NATS failed', 'maybe');
};

const ofAllowedSize = (bytes: Uint8Array): E.Either<TransportFailure, Uint8Array> =>
  bytes.length <= WIRE_BYTES_MAX ? E.right(bytes) : E.left(unavailable('the answer is larger than 512 KiB', 'maybe'));

/** Without permission to listen, or a connection, there are no notices; those who wait ask again from time to time all the same. */
const subscribed = (connection: NatsConnection, subject: string, onNotice: (seq: number) => void): Listening => {
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

/** What was told while there was no connection is lost: when it is back, that counts as a notice. */
const listen = (connection: NatsConnection, link: Link, subject: string, onNotice: (seq: number) => void): Listening => {
  const subscription = subscribed(connection, subject, onNotice);
  const unlink = link.onChange((up) => {
    if (up) onNotice(0);
  });
  return {
    close: () => {
      subscription.close();
      unlink();
    },
  };
};

type Reply = E.Either<TransportFailure, Uint8Array>;

/**
 * The library drops what it is given while it connects again, in silence: so a request is kept here until the connection
 * stands, and ended when it breaks. It is not sent twice: only those who made it know whether it may be.
 */
const send = async (link: Link, request: Request, subject: string, bytes: Uint8Array, timeoutMs: number): Promise<Reply> => {
  const end = performance.now() + timeoutMs;
  if (!link.isUp() && !link.isOver() && !(await isUpWithin(link, timeoutMs))) return E.left(unavailable('not connected to NATS', 'no'));
  const answer = await request(subject, bytes, Math.max(1, end - performance.now()));
  return E.isLeft(answer) ? E.left(failureOf(subject, answer.left)) : ofAllowedSize(answer.right.data);
};

/** How long after ours the connections of others may take to be back, and a service to have read what it missed. */
const SETTLING_MS = 5_000;

const settling = (link: Link): (() => boolean) => {
  let since = -Infinity;
  link.onChange(() => (since = performance.now()));
  return () => !link.isOver() && (!link.isUp() || performance.now() - since < SETTLING_MS);
};

/** Make it once for each connection; closing the transport closes it. */
export const natsTransport = (connection: NatsConnection, subjects: Subjects): Transport => {
  const link = linkOf(connection);
  const request = requestsOn(connection, link);
  return {
    request: (subject, bytes, timeoutMs) => () => send(link, request, subject, bytes, timeoutMs),
    isUnsettled: settling(link),
    notices: (service, onNotice) => listen(connection, link, subjects.notify(service), onNotice),
    close: () => connection.close(),
  };
};
