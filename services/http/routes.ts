/** From a call to its answer: who calls → may they → what the URL and the body say → the handler → JSON. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { refuse, type Refusal } from '../../events/refusal.ts';
import type { Route } from '../../protocol/http/route.ts';
import type { CallSeen } from '../observe/access-log.ts';
import { isAccessKey } from '../../crypto/credential.ts';
import { WIRE_BYTES_MAX } from '../../protocol/wire.ts';
import { parseBytes } from '../request/body.ts';
import { andThen, isLater, type Soon } from '../soon.ts';
import { networkOf } from './address.ts';
import { argumentsOf } from './arguments.ts';
import { isSameOrigin } from './auth/origin.ts';
import { JSON_TYPE, Written, type Call, type Handler } from './call.ts';
import { sendRefusal } from './errors.ts';
import { originsOf } from './host.ts';
import { makeIntake, type Hold, type Intake } from './intake.ts';
import type { Limits } from './limits.ts';
import { NOBODY, nameOf, type Auth, type Principal } from './principal.ts';

export type RouteParts = {
  /** Those that are offered here. */
  readonly routes: ReadonlyArray<Route>;
  readonly auth: Auth;
  /** Further origins by which this service is reached. */
  readonly origins: ReadonlyArray<string>;
  readonly limits: Limits;
  readonly isReady: () => boolean;
  readonly handlerOf: (route: Route) => Handler;
  readonly onAnswered: (seen: CallSeen) => void;
  /** Whether routine is told of as well. */
  readonly tellsRoutine: () => boolean;
};

declare module 'fastify' {
  // eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- a module's interfaces are widened by interfaces alone
  interface FastifyRequest {
    /** Who was found to call, for the log. */
    principal: Principal;
    /** Scheme, host and port that it was sent to. */
    ownOrigin: string;
    /** What its body holds of memory. */
    hold: Hold;
    /** As long as it goes well the log has nothing of it. */
    isRoutine: boolean;
  }
}

type Kinds = ReadonlyArray<Route['kind']>;
/** For those who are known, by whatever they are let in. */
const FOR_KNOWN: Kinds = ['query', 'signed', 'live'];
/** Asked just when nothing else is answered. */
const ALWAYS: Kinds = ['open', 'page'];
/** Whoever calls is nobody's business, or stands inside a box. */
const FOR_ANYONE: Kinds = ['open', 'page', 'sealed'];

/** What they need a browser would send for any page: no session stands before them that asks where it stands. */
const OF_NO_OTHER_SITE: Kinds = ['sealed', 'access-key', 'auth'];

const EMPTY = new Uint8Array();

/** Who makes a namespace needs none. */
const NEED_NO_KEY: ReadonlyArray<string> = ['namespace.create', 'namespace.bulk'];

/** Whether what is shown looks like an access key; that it is one is for the handler to find. */
const showsAccessKey = ({ name, params }: Route, request: FastifyRequest): boolean => {
  // In the path by which the route was found, it does.
  if (NEED_NO_KEY.includes(name) || 'accessKey' in params) return true;
  const shown = request.headers['jetlock-access-key'];
  return typeof shown === 'string' && isAccessKey(shown);
};

/** From the head of a call alone, before any of its body is kept. */
const callerOf = ({ auth, limits }: RouteParts, route: Route, request: FastifyRequest): Soon<Either<Refusal, Principal>> => {
  const { kind } = route;
  if (OF_NO_OTHER_SITE.includes(kind) && !isSameOrigin(request)) return left(refuse('origin'));
  if (FOR_ANYONE.includes(kind)) return right(NOBODY);
  // Who shows an access key is nobody else: by a session beside it what fails would count for nothing.
  return andThen(kind === 'access-key' ? NOBODY : auth.authenticate(request), (principal) => letIn(limits, route, request, principal));
};

const letIn = (limits: Limits, route: Route, request: FastifyRequest, principal: Principal): Either<Refusal, Principal> => {
  const { kind, tokenBody } = route;
  request.principal = principal;
  if (!limits.isWelcome(principal, request.ip)) return left(refuse('busy'));
  if (principal.kind === 'none' && FOR_KNOWN.includes(kind)) return left(refuse('unauthorized'));
  if (kind === 'access-key' && !showsAccessKey(route, request)) return left(refuse('unauthorized'));
  const mayChange = principal.kind !== 'token' || (tokenBody !== null && principal.role === 'writer');
  return kind !== 'signed' || mayChange ? right(principal) : left(refuse('role'));
};

type Answer = (request: FastifyRequest, reply: FastifyReply) => ReturnType<Handler>;

const answerBy = (route: Route, handler: Handler): Answer => {
  const readArguments = route.kind === 'page' ? () => right({}) : argumentsOf(route);
  return (request, reply) => {
    const args = readArguments(request);
    return isLeft(args) ? args : answer(route, handler, { request, reply, args: args.right });
  };
};

const answer = (route: Route, handler: Handler, { request, reply, args }: Pick<Call, 'request' | 'reply' | 'args'>): ReturnType<Handler> => {
  const { principal } = request;
  const bytes = request.body instanceof Uint8Array ? request.body : EMPTY;
  // A sealed one is looked at by the handler behind both doors.
  const codec = principal.kind === 'token' && route.kind === 'signed' ? route.tokenBody : route.body;
  const body = codec === null || route.kind === 'sealed' ? right(undefined) : parseBytes(codec, bytes);
  if (isLeft(body)) return body;
  return handler({ request, reply, principal, args, body: body.right, bytes });
};

const send = (reply: FastifyReply, { status }: Route, content: unknown): FastifyReply => {
  if (content instanceof Written) return reply.code(content.status).type(content.type).send(content.content);
  return reply.code(status).type(JSON_TYPE).send(JSON.stringify(content));
};

const turnAway = ({ limits }: RouteParts, request: FastifyRequest, reply: FastifyReply, refusal: Refusal): FastifyReply => {
  if (refusal.code !== 'busy') limits.failed(request.principal, request.ip);
  return sendRefusal(reply, refusal);
};

/** What is sent to nobody in particular, or by nobody who is known yet, is small. */
const SMALL_BYTES_MAX = 16 * 1024;
const bytesMaxOf = ({ kind, name }: Route): number => (kind === 'auth' || NEED_NO_KEY.includes(name) ? SMALL_BYTES_MAX : WIRE_BYTES_MAX);

type Intakes = { readonly known: Intake; readonly others: Intake };

/** Nobody who is not known takes room from those who are. */
const makeHold = ({ known, others }: Intakes, request: FastifyRequest, reply: FastifyReply): void => {
  const name = nameOf(request.principal);
  request.hold = name === undefined ? others.hold(networkOf(request.ip)) : known.hold(name);
  reply.raw.once('close', request.hold.release);
};

const addRoute = (server: FastifyInstance, parts: RouteParts, intakes: Intakes, route: Route): void => {
  const answered = answerBy(route, parts.handlerOf(route));
  const isQuiet = isRoutineRoute(route);
  const finish = (request: FastifyRequest, reply: FastifyReply, outcome: Either<Refusal, unknown>): void => {
    if (isLeft(outcome)) turnAway(parts, request, reply, outcome.left);
    else if (outcome.right !== undefined) send(reply, route, outcome.right);
  };
  server.route({
    method: route.method,
    url: route.path,
    bodyLimit: bytesMaxOf(route),
    onRequest: (request, reply, done) => {
      request.isRoutine = isQuiet;
      if (!ALWAYS.includes(route.kind) && !parts.isReady()) return void turnAway(parts, request, reply, refuse('unavailable'));
      const goOn = (principal: Either<Refusal, Principal>): void => {
        if (isLeft(principal)) return void turnAway(parts, request, reply, principal.left);
        if (route.method !== 'GET') makeHold(intakes, request, reply);
        done();
      };
      const caller = callerOf(parts, route, request);
      if (isLater(caller)) caller.then(goOn).catch(done);
      else goOn(caller);
    },
    handler: (request, reply) => {
      const outcome = answered(request, reply);
      if (isLater(outcome)) outcome.then((later) => finish(request, reply, later)).catch((error: unknown) => void reply.send(error instanceof Error ? error : new Error('defect')));
      else finish(request, reply, outcome);
    },
  });
};

/** Each has a line of its own in the log that says more. */
const LOGGED: ReadonlyArray<string> = ['namespace.read', 'namespace.read-by-url'];
/** Of the log: what is asked all the time, or has lines of its own there. */
const isRoutineRoute = ({ kind, name }: Route): boolean => FOR_ANYONE.includes(kind) || LOGGED.includes(name);

/** A parameter, with what its texts must fit if that is said behind it. */
const PARAMETER = /:\w+(?:\(\^([^)]*)\$\))?/g;
const pattern = (path: string): RegExp => {
  const found = path.replaceAll('.', '\\.').replace('*', '.*').replaceAll(PARAMETER, (_, fits: string | undefined) => fits ?? '[^/]+');
  return new RegExp(`^${found}$`);
};

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

const callSeen = ({ principal, method, routeOptions }: FastifyRequest, status: number, isRoutine: boolean): CallSeen =>
  ({ caller: nameOf(principal) ?? null, method, route: routeOptions.url ?? null, status, isRoutine });

export const addRoutes = (server: FastifyInstance, parts: RouteParts): void => {
  const { routes, limits } = parts;
  const intakes = { known: makeIntake(), others: makeIntake() };
  const notFound = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    if (!limits.isWelcome(NOBODY, request.ip)) return sendRefusal(reply, refuse('busy'));
    limits.failed(NOBODY, request.ip);
    return noRoute(routes, request, reply);
  };
  server.decorateRequest('principal', undefined as never);
  server.decorateRequest('hold', undefined as never);
  server.decorateRequest('ownOrigin', '');
  server.decorateRequest('isRoutine', false);
  const originOf = originsOf(parts.origins);
  server.addHook('onRequest', (request, reply, done) => {
    request.principal = NOBODY;
    if (!limits.mayCall(request.ip)) return void sendRefusal(reply, refuse('busy'));
    const origin = originOf(request);
    if (origin === undefined) return void sendRefusal(reply, refuse('host'));
    request.ownOrigin = origin;
    // Before its body, which nobody wants.
    if (request.is404) return void notFound(request, reply);
    done();
  });
  for (const route of routes) addRoute(server, parts, intakes, route);
  server.addHook('onResponse', (request, { statusCode: status }, done) => {
    const isRoutine = status < 400 && request.isRoutine;
    if (!isRoutine || parts.tellsRoutine()) parts.onAnswered(callSeen(request, status, isRoutine));
    done();
  });
  server.setNotFoundHandler(notFound);
};
