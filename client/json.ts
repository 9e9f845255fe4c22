/** JSON of the other side, checked. Neither an error of the parser nor of a codec may carry what was read: it can be a secret. */
import * as E from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import type { Type } from 'io-ts';
import { fromUtf8, utf8 } from '../crypto/bytes.ts';
import { fits } from '../events/fits.ts';
import { report } from '../protocol/report.ts';

export const toJson = (value: unknown): Uint8Array => utf8(JSON.stringify(value));

const parsed = <A>(input: A, textOf: (input: A) => string): Either<string, unknown> => {
  try {
    return E.right(JSON.parse(textOf(input)) as unknown);
  } catch {
    return E.left('not JSON');
  }
};

const decodedFrom = <A, O>(codec: Type<A, O>, value: Either<string, unknown>): Either<string, A> => (E.isLeft(value) ? value : decoded(codec)(value.right));

/** The value, or why it is none: field names and expected types only. */
export const decodeJson =
  <A, O>(codec: Type<A, O>) =>
  (bytes: Uint8Array): Either<string, A> =>
    decodedFrom(codec, parsed(bytes, fromUtf8));

/** The same for text. */
export const decodeText =
  <A, O>(codec: Type<A, O>) =>
  (text: string): Either<string, A> =>
    decodedFrom(codec, parsed(text, String));

/** The same for what has been parsed. */
export const decoded =
  <A, O>(codec: Type<A, O>) =>
  (value: unknown): Either<string, A> =>
    fits(codec, value) ? E.right(value) : E.mapLeft((errors: Parameters<typeof report>[0]) => report(errors).join('; '))(codec.decode(value));
