/** The HTTP door. Loopback unless told otherwise; TLS where it has a certificate. */
import fastify, { type FastifyInstance } from 'fastify';
import { refuse } from '../../events/refusal.ts';
import { WIRE_BYTES_MAX } from '../../protocol/wire.ts';
import { errorHandler, sendRefusal } from './errors.ts';
import { handlersOf, type HandlerParts } from './handlers.ts';
import { addRoutes } from './routes.ts';

export type HttpParts = HandlerParts & { readonly onDefect: (error: unknown) => void };

/** Checks of shapes are our codecs' work. Without these in its place fastify would load a compiler of schemas, which takes a tenth of a second of every start. */
const withoutSchemas = (): never => {
  throw new Error('no route has a schema');
};
const schemaController = { compilersFactory: { buildValidator: withoutSchemas, buildSerializer: withoutSchemas } };

/** JSON alone, as the bytes that it came as: the codec of each route reads them. */
const takeJson = (server: FastifyInstance): void => {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_, body, done) => done(null, body));
};

export const makeHttp = (parts: HttpParts): FastifyInstance => {
  const onError = errorHandler(parts.onDefect);
  const server = fastify({
    logger: false,
    bodyLimit: WIRE_BYTES_MAX,
    schemaController,
    frameworkErrors: (error, request, reply) => void onError(error, request as never, reply as never),
  });
  takeJson(server);
  server.setErrorHandler(onError);
  server.setNotFoundHandler((_, reply) => sendRefusal(reply, refuse('not_found')));
  addRoutes(server, { auth: parts.auth, isReady: () => parts.replica.health().ready, handlerOf: handlersOf(parts) });
  return server;
};
