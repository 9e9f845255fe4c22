/** One route of the HTTP API, as a record; and how the records of queries and commands are made from their operations. */
import * as t from 'io-ts';
import type { AdminCommand } from '../../events/command.ts';
import { propsOf } from '../../events/fits.ts';
import { Done, queries, type KeptQuery, type QueryName } from '../operations.ts';
import type { CommandRoute } from './commands.ts';
import { SignedCall } from './signed-call.ts';
import { TokenWrite } from './token-write.ts';

/**
 * Who is let in, and how. `open`: anyone. `sealed`: the bytes of a request on NATS. `query`: a session or an API token. `signed`:
 * a session, its CSRF token, and an admin's signature. `access-key`: who holds the key of a namespace. `auth`: on the way to a
 * session, or out of it. `live`: as a query, answered by a stream of events. `page`: for people, no part of the API.
 */
export type Kind = 'open' | 'sealed' | 'query' | 'signed' | 'access-key' | 'auth' | 'live' | 'page';

/** What a caller may have to show, by the names that the description of the API has for it. */
export type Shown = 'session' | 'csrf' | 'token' | 'accessKey' | 'sharedSecret';
/** Any one of these lets in, each with all that stands in it; an empty one stands for nothing at all. */
export type Ways = ReadonlyArray<ReadonlyArray<Shown>>;

export type Method = 'GET' | 'POST' | 'DELETE';

/** What each named segment of a path holds: more than one thing stand with colons between, the last of them may hold some itself. */
export type Params = Readonly<Record<string, ReadonlyArray<string>>>;

type Common = {
  /** Unique: what documentation and clients call it. */
  readonly name: string;
  readonly method: Method;
  /** Segments with a colon are parameters, each encoded as one segment (`encodeURIComponent`). */
  readonly path: string;
  /** One sentence. */
  readonly about: string;
  readonly params: Params;
  /** Of what `params` and the query string hold: codecs of what their texts stand for, see `text.ts`. */
  readonly fields: Readonly<Record<string, t.Mixed>>;
  /** Headers that are read beside those that say who calls, as `fields`. */
  readonly headers: Readonly<Record<string, t.Mixed>>;
  readonly ways: Ways;
  /** Null: none is read. */
  readonly body: t.Mixed | null;
  /** What an API token with the role `writer` sends instead; null where none may change anything. */
  readonly tokenBody: t.Mixed | null;
  readonly reply: t.Mixed;
  /** By status, answers that are no refusals and not `reply` either. */
  readonly otherwise: Readonly<Record<number, t.Mixed>>;
  /** What the answer is written as; `reply` describes it where that is JSON. */
  readonly media: string;
  /** What it is written as instead where the call asks for that. */
  readonly otherMedia: ReadonlyArray<string>;
  /** Where all went well. */
  readonly status: 200 | 201;
};

export type QueryRoute = Common & { readonly kind: 'query'; readonly operation: Exclude<QueryName, KeptQuery>; readonly body: null };
export type SignedRoute = Common & { readonly kind: 'signed'; readonly operation: AdminCommand['operation'] };
/** With a handler of its own, found by its name. */
export type OwnRoute = Common & { readonly kind: Exclude<Kind, 'query' | 'signed'> };
export type Route = QueryRoute | SignedRoute | OwnRoute;

const JSON_MEDIA = 'application/json';

const WHOEVER_LOOKS: Ways = [['session'], ['token']];
/** Of those that say nothing else. */
const WAYS: { readonly [K in Kind]: Ways } = {
  open: [],
  sealed: [],
  page: [],
  auth: [],
  query: WHOEVER_LOOKS,
  live: WHOEVER_LOOKS,
  signed: [['session', 'csrf']],
  'access-key': [['accessKey'], ['accessKey', 'sharedSecret']],
};

const without = (operation: Readonly<Record<string, t.Mixed>>): Readonly<Record<string, t.Mixed>> =>
  Object.fromEntries(Object.entries(operation).filter(([name]) => name !== 'operation'));

/** A query of admins. What its path does not hold of its arguments stands in the query string. */
export const query = (path: string, operation: QueryRoute['operation'], about: string, params: Params = {}): QueryRoute => {
  const { request, reply } = queries[operation];
  return { kind: 'query', name: operation, method: 'GET', path, about, operation, params, fields: without(propsOf(request)), headers: {}, ways: WAYS.query, body: null, tokenBody: null, reply, otherwise: {}, media: JSON_MEDIA, otherMedia: [], status: 200 };
};

/** A command of an admin: `operation` and whatever the path names must be those of the signed statement. */
export const signed = (route: CommandRoute): SignedRoute => {
  const tokenBody = route.operation === 'secret.write' ? TokenWrite : null;
  const ways: Ways = tokenBody === null ? WAYS.signed : [...WAYS.signed, ['token']];
  return { kind: 'signed', ...route, fields: {}, headers: {}, ways, body: SignedCall, tokenBody, reply: Done, otherwise: {}, media: JSON_MEDIA, otherMedia: [], status: 200 };
};

/** Whether a body may be left out: all of its fields may. */
export const needsNone = (body: t.Mixed): boolean => body.is({});

type Own = Pick<Common, 'about'> & Partial<Omit<Common, 'name' | 'method' | 'path' | 'about'>>;

/** Anything else. Its name is kept as a type, so that a route without a handler does not compile. */
export const own = <N extends string>(kind: OwnRoute['kind'], name: N, method: Method, path: string, rest: Own): OwnRoute & { readonly name: N } => ({
  ...{ kind, name, method, path, params: {}, fields: {}, headers: {}, ways: WAYS[kind], body: null, tokenBody: null, reply: t.unknown, otherwise: {}, media: JSON_MEDIA, otherMedia: [], status: 200 },
  ...rest,
});
