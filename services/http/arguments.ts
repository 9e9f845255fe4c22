/** What a URL says, as the fields of its route want it. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import type { FastifyRequest } from 'fastify';
import type * as t from 'io-ts';
import { refuse, type Refusal } from '../../events/refusal.ts';
import type { Route } from '../../protocol/http/route.ts';
import { fromText, namedBy } from '../../protocol/http/text.ts';
import { decodeAs } from '../request/body.ts';

type Texts = Readonly<Record<string, string>>;

/** Left out: null where that is allowed, and false where it is a matter of yes or no. */
const absent = (codec: t.Mixed): unknown => (codec.is(null) ? null : codec.is(false) ? false : undefined);

const field = (name: string, codec: t.Mixed, text: string | undefined): Either<Refusal, unknown> => {
  const decoded = decodeAs(codec, text === undefined ? absent(codec) : fromText(codec, text));
  return isLeft(decoded) ? left(refuse('malformed', `${name}: expected ${codec.name}`)) : decoded;
};

/** The query string: each name once, and none that the route does not know. */
const queried = (query: unknown, names: ReadonlyArray<string>): Either<Refusal, Texts> => {
  const given = Object.entries(query as Readonly<Record<string, unknown>>);
  if (given.every(([name, value]) => names.includes(name) && typeof value === 'string')) return right(query as Texts);
  return left(refuse('malformed', names.length === 0 ? 'query string: expected none' : `query string: expected each once, of ${names.join(', ')}`));
};

export const argumentsOf = ({ params, fields }: Route, request: FastifyRequest): Either<Refusal, Readonly<Record<string, unknown>>> => {
  const named = namedBy(params, request.params as Texts);
  if (named === undefined) return left(refuse('malformed', `path: expected ${Object.values(params).map((names) => names.join(':')).join(', ')}`));
  const asked = queried(request.query, Object.keys(fields).filter((name) => !Object.hasOwn(named, name)));
  if (isLeft(asked)) return asked;
  const texts: Texts = { ...asked.right, ...named };
  const found: Record<string, unknown> = { ...named };
  for (const [name, codec] of Object.entries(fields)) {
    const one = field(name, codec, texts[name]);
    if (isLeft(one)) return one;
    found[name] = one.right;
  }
  return right(found);
};
