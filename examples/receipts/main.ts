/**
 * A small service with a secret: GET /receipts/ORDER answers with a receipt and its signature. The schema beside this file says
 * what it needs, `jetlock generate` made `secrets.ts` of it. A rotated key is taken as soon as it is set, without a restart.
 *
 * After `npm run build`, where `jetlock dev` runs in another terminal (both in the folder of this repository):
 *
 *   npx jetlock register receipts
 *   npx jetlock service approve receipts
 *   npx jetlock access grant receipts prod/shop/
 *   openssl rand -base64 32 | npx jetlock secret set prod/shop/RECEIPT_KEY
 *   npx tsx examples/receipts/main.ts             # then: curl http://127.0.0.1:3000/receipts/4711
 */
import { createHmac } from 'node:crypto';
import fastify from 'fastify';
import { createSecrets } from './secrets.ts';

// Where it is deployed the variables say who it is and where NATS is; else it is who `jetlock register` made beside `jetlock dev`.
const identity = process.env['JETLOCK_IDENTITY'] ?? '.jetlock/services/receipts.json';
const secrets = createSecrets({ namespace: 'prod/shop', identity, client: { name: 'receipts', version: '1.0.0' } });
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
