/** The transport on NATS. */
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { errors, type NatsConnection } from 'nats';
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

/** Uses a connection made with `noAsyncTraces`, which spares every request a stack trace; closing the transport closes it. */
export const natsTransport = (connection: NatsConnection, subjects: Subjects): Transport => ({
  request: (subject, bytes, timeoutMs) =>
    TE.chainEitherK(({ data }: { readonly data: Uint8Array }) => ofAllowedSize(data))(
      TE.tryCatch(() => connection.request(subject, bytes, { timeout: timeoutMs }), failureOf(subject)),
    ),
  notices: (service, onNotice) => listen(connection, subjects.notify(service), onNotice),
  close: () => connection.close(),
});
