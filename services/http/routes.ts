/** From a call to its answer: who calls → may they → what the URL and the body say → the handler → JSON. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { refuse, type Refusal } from '../../events/refusal.ts';
import type { Route } from '../../protocol/http/route.ts';
import { routes } from '../../protocol/http/routes.ts';
import { parseBytes } from '../request/body.ts';
import { argumentsOf } from './arguments.ts';
import { JSON_TYPE, Written, type Handler } from './call.ts';
import { sendRefusal } from './errors.ts';
import { NOBODY, type Auth, type Principal } from './principal.ts';

export type RouteParts = {
  readonly auth: Auth;
  readonly isReady: () => boolean;
  readonly handlerOf: (route: Route) => Handler;
};

/** Kinds that are for those who are known, by whatever they are let in. */
const isForKnown = ({ kind }: Route): boolean => ['query', 'signed', 'live'].includes(kind);

const EMPTY = new Uint8Array();

/** `live` and `ready` and the like are asked just when nothing else is answered. */
const mayAnswer = ({ isReady }: RouteParts, { kind }: Route): boolean => kind === 'open' || isReady();

const callerOf = async ({ auth }: RouteParts, route: Route, request: FastifyRequest): Promise<Either<Refusal, Principal>> => {
  if (route.kind === 'open' || route.kind === 'sealed') return right(NOBODY);
  const principal = await auth.authenticate(request);
  return principal.kind === 'none' && isForKnown(route) ? left(refuse('unauthorized')) : right(principal);
};

const answer = async (parts: RouteParts, route: Route, handler: Handler, request: FastifyRequest, reply: FastifyReply): Promise<Either<Refusal, unknown>> => {
  if (!mayAnswer(parts, route)) return left(refuse('unavailable'));
  const principal = await callerOf(parts, route, request);
  if (isLeft(principal)) return principal;
  const args = argumentsOf(route, request);
  if (isLeft(args)) return args;
  const bytes = request.body instanceof Uint8Array ? request.body : EMPTY;
  // A sealed one is looked at by the handler behind both doors.
  const body = route.body === null || route.kind === 'sealed' ? right(undefined) : parseBytes(route.body, bytes);
  if (isLeft(body)) return body;
  return handler({ request, reply, principal: principal.right, args: args.right, body: body.right, bytes });
};

const send = (reply: FastifyReply, { status }: Route, content: unknown): FastifyReply => {
  if (content instanceof Written) return reply.code(content.status).type(content.type).send(content.content);
  return reply.code(status).type(JSON_TYPE).send(JSON.stringify(content));
};

export const addRoutes = (server: FastifyInstance, parts: RouteParts): void => {
  for (const route of routes) {
    const handler = parts.handlerOf(route);
    server.route({
      method: route.method,
      url: route.path,
      handler: async (request, reply) => {
        const answered = await answer(parts, route, handler, request, reply);
        if (isLeft(answered)) return sendRefusal(reply, answered.left);
        return reply.sent || answered.right === undefined ? reply : send(reply, route, answered.right);
      },
    });
  }
};
