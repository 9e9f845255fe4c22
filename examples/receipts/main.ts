/**
 * A small service with a secret: GET /receipts/ORDER answers with a receipt and its signature. The schema beside this file says
 * what it needs, `jetlock generate` made `secrets.ts` of it. A rotated key is taken as soon as it is set, without a restart.
 */
import { createHmac } from 'node:crypto';
import fastify from 'fastify';
import { createSecrets } from './secrets.ts';

const secrets = createSecrets({ namespace: 'prod/shop', client: { name: 'receipts', version: '1.0.0' } });
// The first time it waits here until an admin has said yes.
let { RECEIPT_KEY: key, RECEIPT_FOOTER: footer } = await secrets.waitFor({ timeoutMs: 60_000 });
secrets.onChange('RECEIPT_KEY', (value) => void (key = value));
secrets.onChange('RECEIPT_FOOTER', (value) => void (footer = value));

const server = fastify();
server.get<{ Params: { order: string } }>('/receipts/:order', ({ params }) => {
  const receipt = `Order ${params.order} is paid. ${footer}`;
  return { receipt, signature: createHmac('sha256', key).update(receipt).digest('hex') };
});
server.addHook('onClose', () => secrets.close());
process.once('SIGTERM', () => void server.close());
console.log(await server.listen({ port: Number(process.env['PORT'] ?? 3000) }));
