/** Apps of others that have parts of the console in them: bundled in their project, and served in front of a service. */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { build } from 'esbuild';
import { PAGE_HEADERS } from '../../services/http/headers.ts';
import { ROOT } from './bundle.ts';

/** What the guide shows to whoever wants these parts, letter by letter. */
export const [GUIDE = ''] = /(?<=```ts\n)import \{ createJetlock[^`]*(?=```)/.exec(readFileSync(join(ROOT, 'docs/guides/console.md'), 'utf8')) ?? [];

/** All parts at once, in an app that asks with a client of its own for other things too; what they tell it is written into the page. */
export const PARTS = `
import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query';
import { createJetlock, MissingSecretsTable, PendingApprovalsTable, SecretForm, SecretsTable, useAccess } from 'jetlock/vue';
import 'jetlock/vue/style.css';
import { createApp, h, ref } from 'vue';

const queryClient = new QueryClient();
const jetlock = createJetlock({ baseUrl: location.origin, queryClient });
const told = ref<ReadonlyArray<string>>([]);
const tell = (what: string) => (text: string) => (told.value = [...told.value, what + ' ' + text]);
const place = (name: string, part: ReturnType<typeof h>) => h('section', { 'aria-label': name }, [part]);

const App = {
  setup: () => {
    const { items } = useAccess({ service: 'shop' });
    return () => [
      h('h1', 'Shop'),
      place('Secrets', h(SecretsTable, { prefix: 'prod/', onOpen: tell('open') })),
      place('Approvals', h(PendingApprovalsTable, { service: 'shop', onDecided: tell('decided') }, { empty: () => [h('p', 'Nobody waits.')] })),
      place('Missing', h(MissingSecretsTable, { onProvided: tell('provided') })),
      place('Form', h(SecretForm, { path: 'prod/shop/KEY', version: 1, action: 'Replace', onSaved: ({ version }, path: string) => tell('saved')(path + ' ' + version) })),
      h('ul', { 'aria-label': 'Access' }, items.value.map(({ target, status }) => h('li', target + ' ' + status))),
      h('ol', { 'aria-label': 'Told' }, told.value.map((line) => h('li', line))),
    ];
  },
};

if (!(await jetlock.client.session.resume())) throw new Error('nobody is signed in');
jetlock.live.start();
createApp(App).use(VueQueryPlugin, { queryClient }).use(jetlock).mount('#parts');
`;

/**
 * Bundles modules as the build of such an app does: the package from the project, and beside it what it needs.
 * @returns the folder, with a script and a style for each of them
 */
export const bundledApp = async (folder: string, names: ReadonlyArray<string>): Promise<string> => {
  const outdir = join(folder, 'public');
  await build({
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    entryPoints: names.map((name) => join(folder, `${name}.ts`)),
    outdir,
    nodePaths: [join(ROOT, 'node_modules')],
    define: { __VUE_OPTIONS_API__: 'false', __VUE_PROD_DEVTOOLS__: 'false', __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false', 'process.env.NODE_ENV': '"production"' },
    logLevel: 'warning',
  });
  return outdir;
};

const pageOf = (name: string): string => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${name}</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="/shop/${name}.css"><script type="module" src="/shop/${name}.js"></script></head><body><main id="${name}"></main></body></html>`;

const TYPES: Readonly<Record<string, string>> = { '': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

/** Answers what stands under /shop/, by the policy of the console's own page: a page for each name, and the files of the folder. */
export const shopPages =
  (folder: string) =>
  ({ url = '' }: IncomingMessage, outgoing: ServerResponse): boolean => {
    const [, name] = /^\/shop\/([\w.-]+)$/.exec(url) ?? [];
    if (name === undefined) return false;
    const type = extname(name);
    const text = type === '' ? Promise.resolve(pageOf(name)) : readFile(join(folder, name));
    void text.then(
      (body) => outgoing.writeHead(200, { ...PAGE_HEADERS, 'content-type': TYPES[type] ?? 'application/octet-stream' }).end(body),
      () => outgoing.writeHead(404).end(),
    );
    return true;
  };
