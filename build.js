// Bundles our own sources into dist/: what the command line loads is then a few files instead of hundreds. Packages stay outside.
import { chmod, rm } from 'node:fs/promises';
import { build } from 'esbuild';

await rm('dist', { recursive: true, force: true });
await build({
  entryPoints: ['cli/main.ts', 'client/mod.ts', 'examples/demo.ts'],
  outdir: 'dist',
  outbase: '.',
  bundle: true,
  // One copy of what the entry points share, and verbs that are imported lazily stay lazy.
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  sourcemap: true,
  logLevel: 'warning',
});
await chmod('dist/cli/main.js', 0o755);
