// Bundles our own sources, and the packages that every command loads, into dist/: a few files load faster than hundreds. What
// only the service needs stays outside, since it loads parts of itself by name.
import { chmod, rm } from 'node:fs/promises';
import { build } from 'esbuild';

await rm('dist', { recursive: true, force: true });
const common = {
  outdir: 'dist',
  outbase: '.',
  bundle: true,
  // One copy of what the entry points share, and verbs that are imported lazily stay lazy.
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: ['fastify', 'pino', 'prom-client'],
  // The same packages as modules: each use of a function of theirs would go through a getter that looks it up by its name, and
  // all of them would be loaded, used or not.
  alias: { 'fp-ts/lib': 'fp-ts/es6', 'io-ts': 'io-ts/es6/index.js' },
  // Packages in CommonJS ask for Node's own modules by `require`, which a module has not.
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  sourcemap: true,
  logLevel: 'warning',
};
await build({ ...common, entryPoints: ['cli/main.ts', 'client/mod.ts', 'examples/demo.ts'], chunkNames: 'chunks/[name]-[hash]' });
// With chunks of their own: they use what tests use, which is no part of the package.
await build({
  ...common,
  entryPoints: ['bench/main.ts', 'bench/flooder.ts', 'bench/command-line.ts', 'bench/one-start.ts', 'bench/reads/child.ts'],
  chunkNames: 'bench-chunks/[name]-[hash]',
});
await chmod('dist/cli/main.js', 0o755);
