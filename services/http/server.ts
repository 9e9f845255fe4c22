/** The HTTP door. Loopback unless told otherwise. */
import fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { WIRE_BYTES_MAX } from '../../protocol/wire.ts';
import type { Route } from '../../protocol/http/route.ts';
import type { CallSeen } from '../observe/access-log.ts';
import { answerBroken, errorHandler } from './errors.ts';
import { handlersOf, type HandlerParts } from './handlers.ts';
import { limitConnections } from './connections.ts';
import { collect } from './intake.ts';
import { API_HEADERS, TLS_HEADERS } from './headers.ts';
import { makeLimits } from './limits.ts';
import { routes } from '../../protocol/http/routes.ts';
import { namespaceUrlRoutes } from '../../protocol/http/namespaces.ts';
import { addRoutes } from './routes.ts';

export type HttpParts = HandlerParts & {
  /** Whether an access key may stand in a URL. */
  readonly keyInUrl: boolean;
  readonly origins: ReadonlyArray<string>;
  readonly onDefect: (error: unknown) => void; readonly onAnswered: (seen: CallSeen) => void; readonly tellsRoutine: () => boolean };

/** Checks of shapes are our codecs' work. Without these in its place fastify would load a compiler of schemas, which takes a tenth of a second of every start. */
const withoutSchemas = (): never => {
  throw new Error('no route has a schema');
};
const schemaController = { compilersFactory: { buildValidator: withoutSchemas, buildSerializer: withoutSchemas } };

/** A path of 256 bytes, each of them encoded, and who may read it before it. */
const SEGMENT_CHARS_MAX = 1_024;
/** A request that takes longer to arrive is none. */
const REQUEST_MS_MAX = 30_000;

const options: FastifyServerOptions = {
  logger: false,
  bodyLimit: WIRE_BYTES_MAX,
  schemaController,
  // Whom a call comes from is who is at the other end of the connection, whatever its headers say.
  trustProxy: false,
  requestTimeout: REQUEST_MS_MAX,
  routerOptions: { maxParamLength: SEGMENT_CHARS_MAX },
  clientErrorHandler: answerBroken,
};

/** JSON alone, as the bytes that it came as: the codec of each route reads them. */
const takeJson = (server: FastifyInstance): void => {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', ({ hold, routeOptions }, payload, done) => collect(payload, routeOptions.bodyLimit, hold, done));
};

/** @param more how it listens */
export const makeHttp = (parts: HttpParts, more: FastifyServerOptions = {}): FastifyInstance => {
  const onError = errorHandler(parts.onDefect);
  const server = fastify({ ...options, ...more, frameworkErrors: (error, request, reply) => void onError(error, request as never, reply.headers(API_HEADERS) as never) });
  limitConnections(server.server);
  takeJson(server);
  const headers = 'https' in more ? { ...API_HEADERS, ...TLS_HEADERS } : API_HEADERS;
  server.addHook('onRequest', (_, reply, done) => {
    reply.headers(headers);
    done();
  });
  server.setErrorHandler(onError);
  // Before it is waited for calls to end: these would not.
  server.addHook('preClose', async () => parts.live.end());
  const { keyInUrl, auth, origins, onAnswered, tellsRoutine, replica } = parts;
  const inUrl: ReadonlyArray<Route> = namespaceUrlRoutes;
  const offered = keyInUrl ? routes : routes.filter((route) => !inUrl.includes(route));
  addRoutes(server, { routes: offered, auth, origins, onAnswered, tellsRoutine, limits: makeLimits(), isReady: () => replica.health().ready, handlerOf: handlersOf(parts) });
  return server;
};
