/** `npm run build`: our sources, and the packages that they use, as a few files in `dist/`. */
import { chmod, rm, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { licencesOf } from './licences.ts';
import { bundleOptions, PUBLIC_MODULES } from './options.ts';
import { typesOf } from './types.ts';

// The sources of a stack trace are named; who wants to read them has them elsewhere.
const common = { ...bundleOptions, outdir: 'dist', outbase: '.', sourcemap: true, sourcesContent: false, logLevel: 'warning' } as const;

await rm('dist', { recursive: true, force: true });
const { metafile } = await build({ ...common, entryPoints: ['cli/main.ts', ...PUBLIC_MODULES, 'examples/demo.ts'], chunkNames: 'chunks/[name]-[hash]' });
// With chunks of their own: they use what tests use, which is no part of the package.
await build({
  ...common,
  entryPoints: ['bench/main.ts', 'bench/flooder.ts', 'bench/command-line.ts', 'bench/one-start.ts', 'bench/reads/child.ts'],
  chunkNames: 'bench-chunks/[name]-[hash]',
});
await writeFile('dist/THIRD-PARTY-LICENSES.txt', await licencesOf(metafile));
const types = await typesOf(PUBLIC_MODULES);
await Promise.all(PUBLIC_MODULES.map((module, index) => writeFile(`dist/${module.replace(/\.ts$/, '.d.ts')}`, types[index] ?? '')));
await chmod('dist/cli/main.js', 0o755);
