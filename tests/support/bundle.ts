/** Our sources as the bundle that users run, made anew for a test, and thrown away with its process. */
import { rmSync } from 'node:fs';
import { mkdtemp, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A folder in which packages are found as they are here. */
const newFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'jetlock-bundle-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
};

/**
 * Bundles a module as `npm run build` does.
 * @param entry such as `cli/main.ts`
 * @returns the file to run or to import
 */
export const bundled = async (entry: string, plugins: Plugin[] = []): Promise<string> => {
  const outdir = await newFolder();
  await build({
    entryPoints: [join(ROOT, entry)],
    outdir,
    outbase: ROOT,
    plugins,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['fastify', 'pino', 'prom-client'],
    alias: { 'fp-ts/lib': 'fp-ts/es6', 'io-ts': 'io-ts/es6/index.js' },
    outExtension: { '.js': '.mjs' },
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
    logLevel: 'silent',
  });
  return join(outdir, entry.replace(/\.ts$/, '.mjs'));
};
