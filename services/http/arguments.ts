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

type Decode = (text: string | undefined) => Either<Refusal, unknown>;

const field = (name: string, codec: t.Mixed): Decode => {
  const expected = left(refuse('malformed', `${name}: expected ${codec.name}`));
  const decode = (value: unknown): Either<Refusal, unknown> => {
    const decoded = decodeAs(codec, value);
    return isLeft(decoded) ? expected : decoded;
  };
  const nothing = decode(absent(codec));
  return (text) => (text === undefined ? nothing : decode(fromText(codec, text)));
};

/** The query string: each name once, and none that the route does not know. */
const queried = (query: unknown, names: ReadonlyArray<string>): Either<Refusal, Texts> => {
  const given = Object.entries(query as Readonly<Record<string, unknown>>);
  if (given.every(([name, value]) => names.includes(name) && typeof value === 'string')) return right(query as Texts);
  return left(refuse('malformed', names.length === 0 ? 'query string: expected none' : `query string: expected each once, of ${names.join(', ')}`));
};

/** What is the same for every call of a route is made once: nearly always nothing is said, and to look at codecs takes longer than to read it. */
export const argumentsOf = ({ params, fields }: Route): ((request: FastifyRequest) => Either<Refusal, Readonly<Record<string, unknown>>>) => {
  const inPath = Object.values(params);
  const asked = Object.keys(fields).filter((name) => !inPath.flat().includes(name));
  const decoders = Object.entries(fields).map(([name, codec]) => [name, field(name, codec)] as const);
  return (request) => {
    const named = inPath.length === 0 ? {} : namedBy(params, request.params as Texts);
    if (named === undefined) return left(refuse('malformed', `path: expected ${inPath.map((names) => names.join(':')).join(', ')}`));
    const query = queried(request.query, asked);
    if (isLeft(query)) return query;
    const texts: Texts = { ...query.right, ...named };
    const found: Record<string, unknown> = { ...named };
    for (const [name, decode] of decoders) {
      const one = decode(texts[name]);
      if (isLeft(one)) return one;
      found[name] = one.right;
    }
    return right(found);
  };
};
