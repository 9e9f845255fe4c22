/** How our sources become a bundle, here and in tests. */
import type { BuildOptions } from 'esbuild';

/** Compilers of schemas, which `services/http/server.ts` has fastify do without: they would be a third of what the service loads. */
export const NEVER_LOADED: string[] = ['@fastify/ajv-compiler', '@fastify/fast-json-stringify-compiler'];

/**
 * Everything in a few files: they load faster than hundreds, and whoever installs the package installs one package. The
 * packages that are in it come with their licences, see `licences.ts`.
 */
export const bundleOptions = {
  bundle: true,
  // One copy of what the entry points share, and verbs that are imported lazily stay lazy.
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // The same packages as modules: each use of a function of theirs would go through a getter that looks it up by its name, and
  // all of them would be loaded, used or not.
  alias: { 'fp-ts/lib': 'fp-ts/es6', 'io-ts': 'io-ts/es6/index.js' },
  external: NEVER_LOADED,
  // Packages in CommonJS ask for Node's own modules by `require`, which a module has not.
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
} as const satisfies BuildOptions;

/** What the package is entered by: its command, and the modules that it exports. */
export const PUBLIC_MODULES = ['client/mod.ts', 'client/testing/mod.ts'] as const;
