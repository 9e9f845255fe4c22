/** A small HTTP listener for those who watch the service. Loopback unless told otherwise. */
import fastify, { type FastifyInstance } from 'fastify';
import type { Health } from '../log/replica.ts';
import type { Metrics } from '../observe/metrics.ts';

export type HttpParts = { readonly health: () => Health; readonly metrics: Metrics };

/** Checks of shapes are our codecs' work. Without these in its place fastify would load a compiler of schemas, which takes a tenth of a second of every start. */
const withoutSchemas = (): never => {
  throw new Error('no route has a schema');
};
const schemaController = { compilersFactory: { buildValidator: withoutSchemas, buildSerializer: withoutSchemas } };

/** `/healthz`: the process lives. `/readyz`: it answers requests; 503 and why if not. `/metrics`: for Prometheus. */
export const makeHttp = ({ health, metrics }: HttpParts): FastifyInstance => {
  const server = fastify({ logger: false, bodyLimit: 1024, schemaController });
  server.get('/healthz', () => ({ ok: true }));
  server.get('/readyz', (_, reply) => {
    const { ready, why } = health();
    return reply.code(ready ? 200 : 503).send(ready ? { ready } : { ready, why });
  });
  server.get('/metrics', async (_, reply) => reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()));
  return server;
};
