/** A request in its box, and a reply out of it. Pure: who sends and receives is not its concern. */
import * as E from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import { openText, sealText } from '../crypto/box.ts';
import type { Redacted } from '../crypto/redacted.ts';
import { codeOf } from '../protocol/refusal.ts';
import { Reply, SealedReply, sealedRequestJson, UnsealedReply, type Request } from '../protocol/wire.ts';
import type { RefusalCode } from '../events/refusal.ts';
import type { Id, PublicKey } from '../events/vocabulary.ts';
import { distrusted, notUnderstood, refused, type Distrusted, type NotUnderstood, type Refused } from './failure.ts';
import { decodeJson, decodeText } from './json.ts';

/** One session with one box key of the service: who we are in it, and the key that both sides have. */
export type Shared = { readonly kid: Id; readonly from: PublicKey; readonly key: Redacted<Uint8Array> };

/** The message for a request. */
export const seal = ({ kid, from, key }: Shared, request: Request): Uint8Array =>
  sealedRequestJson({ kid, from, ...sealText(key, JSON.stringify(request)) });

/** Said by anyone at all: worth a try with another key, and nothing else. */
export type Unsealed = { readonly _tag: 'unsealed'; readonly code: RefusalCode };
export type NoResult = Unsealed | Distrusted | NotUnderstood | Refused;

const opened = (key: Redacted<Uint8Array>, sealed: SealedReply): Either<NoResult, Reply> => {
  const plain = openText(key, sealed);
  if (plain === undefined) return E.left(distrusted('the reply was not sealed by the service'));
  const reply = decodeText(Reply)(plain);
  return E.isLeft(reply) ? E.left(notUnderstood(reply.left)) : reply;
};

/** A genuine reply to something else, played back, answers nothing. */
const isFor = (request: Request, { id, subject, service }: Reply): boolean =>
  id === request.id && subject === request.subject && service === request.service;

const resultFor = (request: Request, reply: Reply, onKnown: (subject: string) => void): Either<NoResult, unknown> => {
  if (!isFor(request, reply)) return E.left(distrusted('the reply belongs to another request'));
  if (reply.known !== null) onKnown(reply.known);
  return reply.refusal === null ? E.right(reply.result) : E.left(refused(reply.refusal));
};

/**
 * The result in a message, if the service sealed it in answer to this request.
 * @param onKnown told where to ask from now on
 */
export const open = ({ key }: Shared, request: Request, message: Uint8Array, onKnown: (subject: string) => void = () => undefined): Either<NoResult, unknown> => {
  const sealed = decodeJson(SealedReply)(message);
  if (E.isRight(sealed)) {
    const reply = opened(key, sealed.right);
    return E.isLeft(reply) ? reply : resultFor(request, reply.right, onKnown);
  }
  const unsealed = decodeJson(UnsealedReply)(message);
  return E.left(E.isRight(unsealed) ? { _tag: 'unsealed', code: codeOf(unsealed.right.refusal) } : distrusted('the reply is none of the service'));
};
