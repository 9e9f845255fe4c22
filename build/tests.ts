/**
 * The tests as `ava.config.js` runs them: bundled once, with the packages that they use. A process that loads the service by a
 * loader for TypeScript takes five times the time until it begins, and every file of tests is a process of its own.
 */
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, transform, type Plugin } from 'esbuild';
import { bundleOptions } from './options.ts';

const isSource = (folder: string): boolean => !folder.startsWith('.') && folder !== 'node_modules' && folder !== 'dist';

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

const testFiles = async (): Promise<string[]> => {
  const folders = (await readdir('.', { withFileTypes: true })).filter((entry) => entry.isDirectory() && isSource(entry.name));
  const found = await Promise.all(folders.map(async ({ name }) => (await readdir(name, { recursive: true })).map((file) => join(name, file))));
  return found.flat().filter((file) => file.endsWith('.test.ts') && !file.includes('node_modules'));
};

/** What a source looks for beside itself stays beside the source. */
const staysInPlace: Plugin = {
  name: 'stays-in-place',
  setup: (building) => {
    building.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      if (path.includes('node_modules') || !source.includes('import.meta.url')) return undefined;
      const define = { 'import.meta.url': JSON.stringify(pathToFileURL(path).href) };
      return { contents: (await transform(source, { loader: 'ts', define })).code, loader: 'js' };
    });
  },
};

/** Too large, or they look for files of their own. */
const LEFT_OUT = ['ava', 'axe-core', 'dts-bundle-generator', 'esbuild', 'playwright-core', 'tsx', 'typescript', 'vite', '@vitejs/plugin-vue'];

/**
 * Bundles tests of the folder that it is called in, into a folder that ends with this process: two runs do not meet.
 * @param args of the command line: the tests that are named in it, if any are; patterns, folders, and none, mean all
 * @returns that folder, which mirrors ours, with a slash at its end
 */
export const bundleTests = async (args: ReadonlyArray<string>): Promise<string> => {
  const outdir = `.tests/${process.pid}/`;
  mkdirSync(outdir, { recursive: true });
  process.once('exit', () => rmSync(resolve(outdir), { recursive: true, force: true }));
  const wanted = args.filter((arg) => arg.endsWith('.test.ts'));
  const isAll = wanted.length === 0 || args.some(isFolder) || !wanted.every((arg) => existsSync(arg));
  await build({
    ...bundleOptions,
    entryPoints: [...(isAll ? await testFiles() : wanted), 'cli/main.ts', 'tests/support/file-limit.ts'],
    outdir,
    outbase: '.',
    chunkNames: 'chunks/[hash]',
    plugins: [staysInPlace],
    external: [...bundleOptions.external, ...LEFT_OUT],
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'warning',
  });
  return outdir;
};
