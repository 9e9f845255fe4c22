/** Our sources as the bundle that users run, made anew for a test, and thrown away with its process. */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { bundleOptions } from '../../build/options.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Gone when this process ends. */
export const newFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'jetlock-bundle-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
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
    ...bundleOptions,
    entryPoints: [join(ROOT, entry)],
    outdir,
    outbase: ROOT,
    plugins,
    outExtension: { '.js': '.mjs' },
    logLevel: 'silent',
  });
  return join(outdir, entry.replace(/\.ts$/, '.mjs'));
};
