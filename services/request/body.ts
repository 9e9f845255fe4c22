/** The body of a request: JSON as text, decoded by its operation's codec. What was wrong names fields, never values. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import type * as t from 'io-ts';
import { fromUtf8 } from '../../crypto/bytes.ts';
import { fits } from '../../events/fits.ts';
import { refuse, type Refusal } from '../../events/refusal.ts';
import { report } from '../../protocol/report.ts';

const parse = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};

export const decodeAs = <C extends t.Mixed>(codec: C, value: unknown): Either<Refusal, t.TypeOf<C>> => {
  if (fits(codec, value)) return right(value);
  const decoded = codec.decode(value);
  return isLeft(decoded) ? left(refuse('malformed', report(decoded.left).join('; '))) : right(decoded.right as t.TypeOf<C>);
};

export const parseBody = <C extends t.Mixed>(codec: C, body: string): Either<Refusal, t.TypeOf<C>> => decodeAs(codec, parse(body));

/** The same from bytes: what is not UTF-8 is not JSON. */
export const parseBytes = <C extends t.Mixed>(codec: C, bytes: Uint8Array): Either<Refusal, t.TypeOf<C>> => {
  try {
    return parseBody(codec, fromUtf8(bytes));
  } catch {
    return left(refuse('malformed', 'the body: expected JSON in UTF-8'));
  }
};
