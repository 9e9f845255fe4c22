/** The body of a request: JSON as text, decoded by its operation's codec. What was wrong names fields, never values. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import type * as t from 'io-ts';
import { fromUtf8 } from '../../crypto/bytes.ts';
import { fits } from '../../events/fits.ts';
import { refuse, type Refusal } from '../../events/refusal.ts';
import { needsNone } from '../../protocol/http/route.ts';
import { report } from '../../protocol/report.ts';

/** What JSON.parse says of it quotes what came. */
const parse = (body: string): Either<Refusal, unknown> => {
  try {
    return right(JSON.parse(body));
  } catch {
    return left(refuse('malformed', 'the whole: expected JSON'));
  }
};

export const decodeAs = <C extends t.Mixed>(codec: C, value: unknown): Either<Refusal, t.TypeOf<C>> => {
  if (fits(codec, value)) return right(value);
  const decoded = codec.decode(value);
  return isLeft(decoded) ? left(refuse('malformed', report(decoded.left).join('; '))) : right(decoded.right as t.TypeOf<C>);
};

export const parseBody = <C extends t.Mixed>(codec: C, body: string): Either<Refusal, t.TypeOf<C>> => {
  const parsed = parse(body);
  return isLeft(parsed) ? parsed : decodeAs(codec, parsed.right);
};

/** The same from bytes: what is not UTF-8 is not JSON. None at all are an object without fields, where that is enough. */
export const parseBytes = <C extends t.Mixed>(codec: C, bytes: Uint8Array): Either<Refusal, t.TypeOf<C>> => {
  if (bytes.length === 0 && needsNone(codec)) return decodeAs(codec, {});
  try {
    return parseBody(codec, fromUtf8(bytes));
  } catch {
    return left(refuse('malformed', 'the whole: expected JSON in UTF-8'));
  }
};
