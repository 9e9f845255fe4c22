/** The console, which the service hands out as it is, and its parts for other Vue apps: bundled by vite. */
import { copyFile, writeFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import vue from '@vitejs/plugin-vue';
import { build, type InlineConfig, type Plugin } from 'vite';

/** The files that the bundles are made of. */
type Seen = Set<string>;

/** The same packages as modules, as for Node.js: see `options.ts`. */
const ALIASES = [
  { find: /^fp-ts\/lib\//, replacement: 'fp-ts/es6/' },
  { find: /^io-ts$/, replacement: 'io-ts/es6/index.js' },
];

const watching = (seen: Seen): Plugin => ({
  name: 'files',
  generateBundle: (_, bundle) => {
    for (const file of Object.values(bundle)) if (file.type === 'chunk') for (const id of Object.keys(file.modules)) seen.add(id);
  },
});

const common = (seen: Seen): InlineConfig => ({
  configFile: false,
  root: 'web',
  logLevel: 'warn',
  // Of the options API of Vue, and what only its developers see, nothing is used.
  define: { __VUE_OPTIONS_API__: 'false', __VUE_PROD_DEVTOOLS__: 'false', __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false' },
  resolve: { alias: ALIASES },
  plugins: [vue(), watching(seen)],
});

/** How long plugins take says nothing to who builds this. */
const checks = { pluginTimings: false } as const;

const output = { target: 'es2022', emptyOutDir: false, sourcemap: false, reportCompressedSize: false, chunkSizeWarningLimit: 800 } as const;

const consoleOptions = (outDir: string, seen: Seen): InlineConfig => ({
  ...common(seen),
  base: '/console/',
  // Preloading writes elements into the page; nothing is inlined, as the policy of the page allows nothing inline.
  build: { ...output, outDir, assetsInlineLimit: 0, modulePreload: { polyfill: false }, rolldownOptions: { checks } },
});

const partsOptions = (outDir: string, seen: Seen): InlineConfig => ({
  ...common(seen),
  publicDir: false,
  build: {
    ...output,
    outDir,
    lib: { entry: 'mod.ts', formats: ['es'], fileName: () => 'mod.js', cssFileName: 'style' },
    rolldownOptions: { checks, external: ['vue', '@tanstack/vue-query'] },
  },
});

/** Builds the console alone: `into` has its pages. To be called in the folder of our sources. */
export const buildConsole = (into: string): Promise<unknown> => build(consoleOptions(resolve(into), new Set()));

/** Builds both into a folder, to be called in the folder of our sources; the files that they are made of, as named from there. */
export const buildWeb = async (into: string): Promise<ReadonlyArray<string>> => {
  const seen: Seen = new Set();
  await build(consoleOptions(resolve(into, 'console'), seen));
  await build(partsOptions(resolve(into, 'vue'), seen));
  await copyFile('web/declarations.ts', resolve(into, 'vue/mod.d.ts'));
  // Nothing is imported from it, but a compiler refuses to import what nobody has declared.
  await writeFile(resolve(into, 'vue/style.css.d.ts'), 'export {};\n');
  return [...seen].map((id) => relative('', id.replace(/^\0|\?.*$/g, ''))).sort();
};
