/** One process from its first import to its first secret, or to the first answer on a bare connection: `typed|bare options`. */
import type { SecretsOptions } from '../../client/mod.ts';

const [kind = '', given = '{}'] = process.argv.slice(2);
const options = JSON.parse(given) as SecretsOptions & { readonly nats: { readonly servers: string[] } };

const typed = async (): Promise<void> => {
  const { createSecretsClient } = await import('../../client/mod.ts');
  await createSecretsClient({ KEY: 'is rotated' }, options).getSecret('KEY');
};
const bare = async (): Promise<void> => {
  const { askOnce } = await import('./bare.ts');
  await askOnce(options.nats.servers);
};

const began = performance.now();
await (kind === 'typed' ? typed() : bare());
const ms = performance.now() - began;
console.log(JSON.stringify({ ms, rssBytes: process.memoryUsage.rss() }));
process.exit();
