/** The HTTP API as OpenAPI 3.1, made from the table of routes and the codecs that decode its calls. */
import type * as t from 'io-ts';
import { needsNone, type Kind, type Route, type Shown } from '../protocol/http/route.ts';
import { routes } from '../protocol/http/routes.ts';
import { HttpError } from '../protocol/http/status.ts';
import { schemaOf, type JsonSchema, type Named } from './json-schema.ts';

type Json = { readonly [name: string]: unknown };

const content = (schema: JsonSchema, media: ReadonlyArray<string> = ['application/json']): Json => Object.fromEntries(media.map((one) => [one, { schema }]));

const securitySchemes = {
  session: { type: 'apiKey', in: 'cookie', name: 'jetlock_session', description: 'A session of an admin: `POST /session`.' },
  csrf: { type: 'apiKey', in: 'header', name: 'Jetlock-Csrf', description: 'What `GET /session` tells as `csrf`.' },
  token: { type: 'http', scheme: 'bearer', description: 'An API token: `jetlock token create`.' },
  accessKey: { type: 'apiKey', in: 'header', name: 'Jetlock-Access-Key', description: 'The access key of a namespace.' },
  sharedSecret: { type: 'apiKey', in: 'header', name: 'Jetlock-Shared-Secret', description: 'Where the service was given one.' },
} as const satisfies { readonly [S in Shown]: Json };

const REFUSALS: Readonly<Record<string, string>> = {
  '400': 'The call is not well-formed; `detail` names the field and what was expected there.',
  '401': 'Nobody is known by that session, token or signature.',
  '403': 'Whoever it is may not do that.',
  '404': 'There is no such thing.',
  '409': 'It is otherwise by now.',
  '413': 'The body is too large.',
  '429': 'Too many calls.',
  '503': 'It cannot be answered now.',
  default: 'Anything else that is refused.',
};
const forAnyone = ['400', '429', '503', 'default'];
const forKnown = [...forAnyone, '401', '403', '404'];
const refusedWith: { readonly [K in Kind]: ReadonlyArray<string> } = {
  open: ['429', 'default'],
  page: [],
  sealed: [...forAnyone, '413'],
  query: forKnown,
  live: forKnown,
  signed: Object.keys(REFUSALS),
  auth: Object.keys(REFUSALS),
  'access-key': Object.keys(REFUSALS),
};

const unlessNull = (codec: t.Mixed): t.Mixed => {
  const types = (codec as unknown as { readonly types?: ReadonlyArray<t.Mixed> }).types ?? [];
  const others = types.filter((type) => !type.is(null));
  return types.length === 2 && others.length === 1 ? (others[0] ?? codec) : codec;
};

const inPath = ({ params, fields }: Route, named: Named): ReadonlyArray<Json> =>
  Object.entries(params).map(([name, names]) => {
    const codec = names.length === 1 ? fields[names[0] ?? ''] : undefined;
    return { name, in: 'path', required: true, description: names.map((one) => `<${one}>`).join(':'), schema: codec === undefined ? { type: 'string' } : schemaOf(codec, named) };
  });

const parameter = (place: 'query' | 'header', name: string, codec: t.Mixed, named: Named): Json => ({ name, in: place, required: !codec.is(null) && !codec.is(false), schema: schemaOf(unlessNull(codec), named) });

const inQuery = ({ params, fields }: Route, named: Named): ReadonlyArray<Json> =>
  Object.entries(fields)
    .filter(([name]) => !Object.values(params).some((names) => names.includes(name)))
    .map(([name, codec]) => parameter('query', name, codec, named));

const inHeaders = ({ headers }: Route, named: Named): ReadonlyArray<Json> => Object.entries(headers).map(([name, codec]) => parameter('header', name, codec, named));

const bodyOf = (route: Route, named: Named): Json => {
  const codecs = [route.body, route.tokenBody].filter((codec) => codec !== null);
  if (codecs.length === 0) return {};
  const bodies = codecs.map((codec) => schemaOf(codec, named));
  const description = route.kind === 'signed' ? { description: `\`statement\` is the text of a statement whose command is \`${route.operation}\`.` } : {};
  return { requestBody: { required: !codecs.some(needsNone), ...description, content: content(bodies.length === 1 ? (bodies[0] ?? {}) : { oneOf: bodies }) } };
};

const operationOf = (route: Route, named: Named): Json => {
  const parameters = [...inPath(route, named), ...inQuery(route, named), ...inHeaders(route, named)];
  const answered = (codec: t.Mixed, media?: ReadonlyArray<string>): Json => ({ description: codec === route.reply ? 'It is so.' : 'It is not.', content: content(schemaOf(codec, named), media) });
  const others = Object.entries(route.otherwise).map(([status, codec]) => [status, answered(codec)]);
  const refused = refusedWith[route.kind].map((status) => [status, { $ref: `#/components/responses/${status === 'default' ? 'Refused' : `Refused${status}`}` }]);
  return {
    operationId: route.name,
    summary: route.about,
    tags: [route.path.split('/')[1] ?? ''],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...bodyOf(route, named),
    responses: { [route.status]: answered(route.reply, [route.media, ...route.otherMedia]), ...(Object.fromEntries([...refused, ...others]) as Json) },
    security: route.ways.map((way) => Object.fromEntries(way.map((shown) => [shown, []]))),
  };
};

/** As OpenAPI writes it. */
export const templateOf = (path: string): string => path.replaceAll(/:(\w+)/g, '{$1}');

/** Pages are for people; and a path that is only for some texts of a name is another writing of what stands here already. */
export const described = routes.filter(({ kind, path }) => kind !== 'page' && !path.includes('('));

const pathsOf = (named: Named): Json => {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of described) (paths[templateOf(route.path)] ??= {})[route.method.toLowerCase()] = operationOf(route, named);
  return paths;
};

const refusalResponses = (named: Named): Json =>
  Object.fromEntries(
    Object.entries(REFUSALS).map(([status, description]) => [status === 'default' ? 'Refused' : `Refused${status}`, { description, content: content(schemaOf(HttpError, named)) }]),
  );

/** The whole document. What needs no login has no `security`; ids in paths are one encoded segment each. */
export const openApi = (): Json => {
  const named: Named = new Map();
  const paths = pathsOf(named);
  const responses = refusalResponses(named);
  const schemas = Object.fromEntries([...named].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, { schema }]) => [name, schema]));
  return {
    openapi: '3.1.0',
    info: { title: 'Jetlock', version: '1', description: 'The admin side of a secrets service. Whatever changes something is signed by an admin; values come and go sealed.', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    servers: [{ url: '/' }],
    paths,
    components: { schemas, responses, securitySchemes },
  };
};
