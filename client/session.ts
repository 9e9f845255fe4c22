/** One X25519 key for as long as a connection lives: the service then pays for the exchange once, not for every request. */
import * as E from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { newBoxKey, sharedKey } from '../crypto/box.ts';
import { randomId } from '../crypto/random.ts';
import type { RequestClaim } from '../crypto/sign.ts';
import { Instant, sure, type ClientInfo, type ServiceName } from '../events/vocabulary.ts';
import { WIRE_BYTES_MAX, type Credential, type Enclosed, type Request, type ServiceKeys } from '../protocol/wire.ts';
import { open, seal, type NoResult, type Shared } from './envelope.ts';
import { delivered, distrusted, refusedHere, unavailable, type ClientFailure } from './failure.ts';
import type { Keys } from './keys.ts';
import type { Transport } from './transport.ts';

/** What a credential is bound to: one request, in one session, to one box key. */
export type Bound = RequestClaim & { readonly body: string };

export type Question = {
  readonly subject: string;
  /** Who asks; null for an admin. */
  readonly service: ServiceName | null;
  /** JSON, sent as it is. */
  readonly body: string;
  readonly credential: (bound: Bound) => Credential;
  readonly enclosed: Enclosed | null;
  readonly timeoutMs: number;
};

export type Session = {
  /**
   * The result of one request, checked to be the service's answer to it, not decoded yet. Sent again, once, where the service
   * did not know the box key any more; never otherwise.
   */
  readonly ask: (question: Question) => TaskEither<ClientFailure, unknown>;
  /** As the transport says it. */
  readonly isUnsettled: () => boolean;
  /** Forgets the keys of the session. */
  readonly close: () => void;
};

export type SessionOptions = {
  readonly transport: Transport;
  readonly keys: Keys;
  readonly client: ClientInfo;
  /** Milliseconds since 1970 UTC. */
  readonly now?: () => number;
};

const requestOf = (question: Question, client: ClientInfo, { kid, from }: Shared, now: number): Request => {
  const { subject, service, body, credential, enclosed } = question;
  const bound = { v: 1, kid, from, id: randomId(), time: sure(Instant, now), subject, body } as const;
  return { v: 1, type: 'req', subject, service, id: bound.id, time: bound.time, client, credential: credential(bound), body, enclosed };
};

/** What came without a seal may be anybody's: nothing follows from it but that the question was not answered. */
const believed = (failure: ClientFailure | NoResult): ClientFailure =>
  failure._tag === 'unsealed' ? unavailable(`the request was turned away unread: ${failure.code}`, 'maybe') : failure;

/** Where a service asks: on a subject of its own once it was told of one, until there is nobody. */
const newPlace = () => {
  // `null`: NATS does not let us.
  let known: string | null | undefined;
  return {
    of: ({ subject, service }: Question): string => (typeof known === 'string' && service !== null ? known : subject),
    told: (subject: string): void => {
      if (known !== null) known = subject;
    },
    /** @returns whether nothing arrived there, so that the same may be asked where everyone asks */
    leave: (failure: ClientFailure | NoResult): boolean => {
      if (failure._tag !== 'unavailable' && failure._tag !== 'forbidden') return false;
      known = failure._tag === 'forbidden' ? null : undefined;
      return failure._tag === 'forbidden' || failure.delivered === 'no';
    },
  };
};

const CLOSED = unavailable('the connection is closed', 'no');

/** One question under one box key: sealed, sent, and its answer opened. */
const sender = ({ transport, client, now }: Required<Omit<SessionOptions, 'keys'>>, isClosed: () => boolean) => {
  const place = newPlace();
  const sentOn = async (subject: string, question: Question, using: Shared): Promise<Either<ClientFailure | NoResult, unknown>> => {
    const request = requestOf(question, client, using, now());
    const message = seal(using, request);
    if (message.length > WIRE_BYTES_MAX) return E.left(refusedHere('too_large'));
    const reply = await transport.request(subject, message, question.timeoutMs)();
    if (E.isLeft(reply)) return reply;
    return isClosed() ? E.left(unavailable('the connection was closed', 'maybe')) : open(using, request, reply.right, place.told);
  };
  return async (question: Question, using: Shared): Promise<Either<ClientFailure | NoResult, unknown>> => {
    const subject = place.of(question);
    const reply = await sentOn(subject, question, using);
    const isOver = E.isLeft(reply) && subject !== question.subject && place.leave(reply.left);
    return isOver ? sentOn(question.subject, question, using) : reply;
  };
};

/** A session with a service under whatever box key it has at the time. */
export const newSession = ({ transport, keys, client, now = Date.now }: SessionOptions): Session => {
  const mine = newBoxKey();
  let shared: Shared | undefined;
  let closed = false;
  const sharedWith = ({ kid, key }: ServiceKeys): Either<ClientFailure, Shared> => {
    if (closed) return E.left(CLOSED);
    if (shared?.kid === kid) return E.right(shared);
    const agreed = sharedKey(key, mine.secretKey);
    if (agreed === undefined) return E.left(distrusted('the key of the service is none that a secret can be shared with'));
    // The one before is not wiped: replies to requests under way are still opened with it.
    shared = { kid, from: mine.publicKey, key: agreed };
    return E.right(shared);
  };

  const once = sender({ transport, client, now }, () => closed);
  const sealedTo = (theirs: Either<ClientFailure, ServiceKeys>, question: Question): Promise<Either<ClientFailure | NoResult, unknown>> => {
    const using = E.isLeft(theirs) ? theirs : sharedWith(theirs.right);
    return E.isLeft(using) ? Promise.resolve(E.left(delivered('no', using.left))) : once(question, using.right);
  };

  const ask = (question: Question): TaskEither<ClientFailure, unknown> => async () => {
    const kept = keys.kept();
    const first = await sealedTo(kept === undefined ? await keys.current() : E.right(kept), question);
    if (E.isRight(first)) return first;
    if (first.left._tag !== 'unsealed' || first.left.code !== 'wrong_box_key') return E.left(believed(first.left));
    // Whoever said so, the first copy may have reached the service.
    return E.mapLeft((failure: ClientFailure | NoResult) => delivered('maybe', believed(failure)))(await sealedTo(await keys.renewed(), question));
  };
  const close = () => {
    closed = true;
    shared?.key.wipe();
    mine.secretKey.wipe();
  };
  return { ask, isUnsettled: transport.isUnsettled, close };
};
