/** decode → open: from bytes of anyone to the content of a sealed request, or a refusal. Sizes and shapes come before crypto. */
import { chain, fromOption, isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { none, some, type Option } from 'fp-ts/lib/Option.js';
import type * as t from 'io-ts';
import { openText, sealText } from '../../crypto/box.ts';
import { fromUtf8, utf8 } from '../../crypto/bytes.ts';
import type { Redacted } from '../../crypto/redacted.ts';
import { refuse, type Refusal } from '../../events/refusal.ts';
import type { Id } from '../../events/vocabulary.ts';
import { Request, SealedReply, SealedRequest, type Reply, WIRE_BYTES_MAX } from '../../protocol/wire.ts';
import type { Session, Sessions } from './sessions.ts';

/** A request that could be opened; whether its credential is right is not known yet. */
export type Opened = { readonly request: Request; readonly sealed: SealedRequest; readonly session: Session };

export type Opener = {
  readonly sessions: Sessions;
  /** The secret key of one of our box keys that is still accepted. */
  readonly boxKey: (kid: Id) => Promise<Redacted<Uint8Array> | undefined>;
};

const parse = <C extends t.Mixed>(codec: C, text: string): Option<t.TypeOf<C>> => {
  try {
    const decoded = codec.decode(JSON.parse(text));
    return isLeft(decoded) ? none : some(decoded.right as t.TypeOf<C>);
  } catch {
    return none;
  }
};

const textOf = (bytes: Uint8Array): string => {
  try {
    return fromUtf8(bytes);
  } catch {
    return '';
  }
};

const decode = (bytes: Uint8Array): Either<Refusal, SealedRequest> =>
  bytes.length > WIRE_BYTES_MAX ? left(refuse('too_large')) : pipe(parse(SealedRequest, textOf(bytes)), fromOption(() => refuse('malformed')));

const openBox = (session: Session, sealed: SealedRequest): Either<Refusal, Request> =>
  pipe(
    openText(session.key, sealed),
    (plain) => (plain === undefined ? none : parse(Request, plain)),
    fromOption(() => refuse('malformed')),
  );

const sessionFor = ({ sessions }: Opener, { kid, from }: SealedRequest, boxKey: Redacted<Uint8Array>): Either<Refusal, Session> => {
  const session = sessions.open(kid, from, boxKey);
  if (session === 'busy') return left(refuse('busy'));
  return session === undefined ? left(refuse('malformed')) : right(session);
};

export const open = async (opener: Opener, bytes: Uint8Array): Promise<Either<Refusal, Opened>> => {
  const sealed = decode(bytes);
  if (isLeft(sealed)) return sealed;
  const boxKey = await opener.boxKey(sealed.right.kid);
  if (boxKey === undefined) return left(refuse('wrong_box_key'));
  return pipe(
    sessionFor(opener, sealed.right, boxKey),
    chain((session) =>
      pipe(
        openBox(session, sealed.right),
        chain((request) => right({ request, sealed: sealed.right, session })),
      ),
    ),
  );
};

/** A reply to that session alone, as bytes. */
export const sealReply = ({ session }: Opened, reply: Reply): Uint8Array =>
  utf8(JSON.stringify(SealedReply.encode({ v: 1, ...sealText(session.key, JSON.stringify(reply)) })));
