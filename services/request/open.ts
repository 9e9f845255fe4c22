/** decode → open: from bytes of anyone to the content of a sealed request, or a refusal. Sizes and shapes come before crypto. */
import { chain, fromOption, isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { none, some, type Option } from 'fp-ts/lib/Option.js';
import type * as t from 'io-ts';
import { openWith, sealWith } from '../../crypto/box.ts';
import { fromBase64, fromUtf8, toBase64, utf8 } from '../../crypto/bytes.ts';
import { nonce24 } from '../../crypto/random.ts';
import type { Redacted } from '../../crypto/redacted.ts';
import { refuse, type Refusal } from '../../events/refusal.ts';
import type { Ciphertext, Id, Nonce } from '../../events/vocabulary.ts';
import { Request, SealedReply, SealedRequest, type Reply, WIRE_BYTES_MAX } from '../../protocol/wire.ts';
import type { Session, Sessions } from './sessions.ts';

/** A request that could be opened; whether its credential is right is not known yet. */
export type Opened = { readonly request: Request; readonly sealed: SealedRequest; readonly session: Session };

export type Opener = {
  readonly sessions: Sessions;
  /** The secret key of one of our box keys that is still accepted. */
  readonly boxKey: (kid: Id) => Promise<Redacted<Uint8Array> | undefined>;
};

const parse = <C extends t.Mixed>(codec: C, bytes: Uint8Array): Option<t.TypeOf<C>> => {
  try {
    const decoded = codec.decode(JSON.parse(fromUtf8(bytes)));
    return isLeft(decoded) ? none : some(decoded.right as t.TypeOf<C>);
  } catch {
    return none;
  }
};

const decode = (bytes: Uint8Array): Either<Refusal, SealedRequest> =>
  bytes.length > WIRE_BYTES_MAX ? left(refuse('too_large')) : pipe(parse(SealedRequest, bytes), fromOption(() => refuse('malformed')));

const openBox = (session: Session, { nonce, box }: SealedRequest): Either<Refusal, Request> =>
  pipe(
    openWith(session.key, fromBase64(nonce), fromBase64(box)),
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
export const sealReply = ({ session }: Opened, reply: Reply): Uint8Array => {
  const nonce = nonce24();
  const box = sealWith(session.key, nonce, utf8(JSON.stringify(reply)));
  return utf8(JSON.stringify(SealedReply.encode({ v: 1, nonce: toBase64(nonce) as Nonce, box: toBase64(box) as Ciphertext })));
};
