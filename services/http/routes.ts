/** From a call to its answer: who calls → may they → what the URL and the body say → the handler → JSON. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { refuse, type Refusal } from '../../events/refusal.ts';
import type { Route } from '../../protocol/http/route.ts';
import { routes as everyRoute } from '../../protocol/http/routes.ts';
import type { CallSeen } from '../observe/access-log.ts';
import { parseBytes } from '../request/body.ts';
import { argumentsOf } from './arguments.ts';
import { JSON_TYPE, Written, type Handler } from './call.ts';
import { sendRefusal } from './errors.ts';
import type { Limits } from './limits.ts';
import { NOBODY, nameOf, type Auth, type Principal } from './principal.ts';

export type RouteParts = {
  /** Those that are offered here. */
  readonly routes: ReadonlyArray<Route>;
  readonly auth: Auth;
  readonly limits: Limits;
  readonly isReady: () => boolean;
  readonly handlerOf: (route: Route) => Handler;
  readonly onAnswered: (seen: CallSeen) => void;
};

declare module 'fastify' {
  // eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- a module's interfaces are widened by interfaces alone
  interface FastifyRequest {
    /** Who was found to call, for the log. */
    principal: Principal;
  }
}

type Kinds = ReadonlyArray<Route['kind']>;
/** For those who are known, by whatever they are let in. */
const FOR_KNOWN: Kinds = ['query', 'signed', 'live'];
/** Asked just when nothing else is answered. */
const ALWAYS: Kinds = ['open', 'page'];
/** Whoever calls is nobody's business, or stands inside a box. */
const FOR_ANYONE: Kinds = ['open', 'page', 'sealed'];

const EMPTY = new Uint8Array();

const callerOf = async ({ auth, limits }: RouteParts, { kind, tokenBody }: Route, request: FastifyRequest): Promise<Either<Refusal, Principal>> => {
  if (FOR_ANYONE.includes(kind)) return right(NOBODY);
  const principal = await auth.authenticate(request);
  request.principal = principal;
  if (!limits.isWelcome(principal, request.ip)) return left(refuse('busy'));
  if (principal.kind === 'none' && FOR_KNOWN.includes(kind)) return left(refuse('unauthorized'));
  const mayChange = principal.kind !== 'token' || (tokenBody !== null && principal.role === 'writer');
  return kind !== 'signed' || mayChange ? right(principal) : left(refuse('role'));
};

const answer = async (parts: RouteParts, route: Route, handler: Handler, request: FastifyRequest, reply: FastifyReply): Promise<Either<Refusal, unknown>> => {
  if (!ALWAYS.includes(route.kind) && !parts.isReady()) return left(refuse('unavailable'));
  const principal = await callerOf(parts, route, request);
  if (isLeft(principal)) return principal;
  const args = route.kind === 'page' ? right({}) : argumentsOf(route, request);
  if (isLeft(args)) return args;
  const bytes = request.body instanceof Uint8Array ? request.body : EMPTY;
  // A sealed one is looked at by the handler behind both doors.
  const codec = principal.right.kind === 'token' && route.kind === 'signed' ? route.tokenBody : route.body;
  const body = codec === null || route.kind === 'sealed' ? right(undefined) : parseBytes(codec, bytes);
  if (isLeft(body)) return body;
  return handler({ request, reply, principal: principal.right, args: args.right, body: body.right, bytes });
};

const send = (reply: FastifyReply, { status }: Route, content: unknown): FastifyReply => {
  if (content instanceof Written) return reply.code(content.status).type(content.type).send(content.content);
  return reply.code(status).type(JSON_TYPE).send(JSON.stringify(content));
};

const addRoute = (server: FastifyInstance, parts: RouteParts, route: Route): void => {
  const handler = parts.handlerOf(route);
  server.route({
    method: route.method,
    url: route.path,
    handler: async (request, reply) => {
      const answered = await answer(parts, route, handler, request, reply);
      if (isLeft(answered)) {
        if (answered.left.code !== 'busy') parts.limits.failed(request.principal, request.ip);
        return sendRefusal(reply, answered.left);
      }
      return answered.right === undefined ? reply : send(reply, route, answered.right);
    },
  });
};

/** Of the log: what is asked all the time, or has lines of its own there. */
const routine = new Set(everyRoute.filter(({ kind }) => FOR_ANYONE.includes(kind)).map(({ path }) => path));

const pattern = (path: string): RegExp => new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+').replace('*', '.*')}$`);

/** The methods of a path that there is. Looked for only when a call found no route: to add routes for all others would take a tenth of a second of every start. */
const methodsOf = (routes: ReadonlyArray<Route>, url: string): ReadonlyArray<string> => {
  const path = url.split('?', 1)[0] ?? '';
  return [...new Set(routes.filter((route) => pattern(route.path).test(path)).map(({ method }) => method))];
};

const noRoute = (routes: ReadonlyArray<Route>, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
  const methods = methodsOf(routes, request.url);
  // By its own method it is only a name that is too long to be one.
  if (methods.length === 0 || methods.includes(request.method)) return sendRefusal(reply, refuse('not_found'));
  return sendRefusal(reply.header('allow', methods.join(', ')), refuse('malformed', `method: expected ${methods.join(' or ')}`), 405);
};

export const addRoutes = (server: FastifyInstance, parts: RouteParts): void => {
  const { routes } = parts;
  server.decorateRequest('principal', undefined as never);
  server.addHook('onRequest', async (request, reply) => {
    request.principal = NOBODY;
    return parts.limits.mayCall(request.ip) ? undefined : sendRefusal(reply, refuse('busy'));
  });
  for (const route of routes) addRoute(server, parts, route);
  server.addHook('onResponse', async ({ principal, method, routeOptions: { url = null } }, { statusCode: status }) =>
    parts.onAnswered({ caller: nameOf(principal) ?? null, method, route: url, status, isRoutine: status < 400 && url !== null && routine.has(url) }),
  );
  server.setNotFoundHandler(async (request, reply) => {
    if (!parts.limits.isWelcome(NOBODY, request.ip)) return sendRefusal(reply, refuse('busy'));
    parts.limits.failed(NOBODY, request.ip);
    return noRoute(routes, request, reply);
  });
};
