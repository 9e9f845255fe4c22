/** decode → open: from bytes of anyone to the content of a sealed request, or a refusal. Sizes and shapes come before crypto. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import type * as t from 'io-ts';
import { openText, sealText } from '../../crypto/box.ts';
import { fromUtf8 } from '../../crypto/bytes.ts';
import type { Redacted } from '../../crypto/redacted.ts';
import { decoded } from '../../events/fits.ts';
import { refuse, type Refusal } from '../../events/refusal.ts';
import type { Id } from '../../events/vocabulary.ts';
import { Request, SealedRequest, sealedReplyJson, WIRE_BYTES_MAX } from '../../protocol/wire.ts';
import { andThen, type Soon } from '../soon.ts';
import type { Session, Sessions } from './sessions.ts';

/** A request that could be opened; whether its credential is right is not known yet. */
export type Opened = { readonly request: Request; readonly sealed: SealedRequest; readonly session: Session };

export type Opener = {
  readonly sessions: Sessions;
  /** The secret key of one of our box keys that is still accepted. */
  readonly boxKey: (kid: Id) => Soon<Redacted<Uint8Array> | undefined>;
};

const parse = <A>(codec: t.Type<A, unknown>, text: string): A | undefined => {
  try {
    return decoded(codec, JSON.parse(text));
  } catch {
    return undefined;
  }
};

const orMalformed = <A>(found: A | undefined): Either<Refusal, A> => (found === undefined ? left(refuse('malformed')) : right(found));

const textOf = (bytes: Uint8Array): string => {
  try {
    return fromUtf8(bytes);
  } catch {
    return '';
  }
};

const decode = (bytes: Uint8Array): Either<Refusal, SealedRequest> =>
  bytes.length > WIRE_BYTES_MAX ? left(refuse('too_large')) : orMalformed(parse(SealedRequest, textOf(bytes)));

const openBox = <A>(session: Session, sealed: SealedRequest, codec: t.Type<A, unknown>): Either<Refusal, A> => {
  const plain = openText(session.key, sealed);
  return orMalformed(plain === undefined ? undefined : parse(codec, plain));
};

const sessionFor = ({ sessions }: Opener, { kid, from }: SealedRequest, boxKey: Redacted<Uint8Array>, asker?: string): Either<Refusal, Session> => {
  const session = sessions.open(kid, from, boxKey, asker);
  if (session === 'busy') return left(refuse('busy'));
  return orMalformed(session);
};

const openSealed = (opener: Opener, sealed: SealedRequest, boxKey: Redacted<Uint8Array> | undefined): Either<Refusal, Opened> => {
  if (boxKey === undefined) return left(refuse('wrong_box_key'));
  const session = sessionFor(opener, sealed, boxKey);
  if (isLeft(session)) return session;
  const request = openBox(session.right, sealed, Request);
  return isLeft(request) ? request : right({ request: request.right, sealed, session: session.right });
};

export const open = (opener: Opener, bytes: Uint8Array): Soon<Either<Refusal, Opened>> => {
  const sealed = decode(bytes);
  if (isLeft(sealed)) return sealed;
  return andThen(opener.boxKey(sealed.right.kid), (boxKey) => openSealed(opener, sealed.right, boxKey));
};

/**
 * What stands in a box that is no request by itself; whoever sealed it is not known by it, and its session not remembered.
 * @param asker who sent it, which was found out before
 */
export const openContent = async <A>(opener: Opener, sealed: SealedRequest, codec: t.Type<A, unknown>, asker: string): Promise<Either<Refusal, A>> => {
  const boxKey = await opener.boxKey(sealed.kid);
  if (boxKey === undefined) return left(refuse('wrong_box_key'));
  const session = sessionFor(opener, sealed, boxKey, asker);
  return isLeft(session) ? session : openBox(session.right, sealed, codec);
};

/** A reply to that session alone, as bytes. @param reply as JSON */
export const sealReply = ({ session }: Opened, reply: string): Uint8Array => sealedReplyJson(sealText(session.key, reply));
