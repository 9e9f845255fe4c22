/** What the published package holds besides its documents. */
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { filesIn, licencesOf, packagesOf } from './licences.ts';
import { bundleOptions, PUBLIC_MODULES } from './options.ts';
import { typesOf } from './types.ts';
import { buildWeb } from './web.ts';

// The sources of a stack trace are named; who wants to read them has them elsewhere.
const fileOptions = { ...bundleOptions, outbase: '.', sourcemap: true, sourcesContent: false, logLevel: 'warning' } as const;

/** Bundles entry points into a folder, with chunks of their own. */
export const bundleInto = (outdir: string, entryPoints: string[], chunks: string) =>
  build({ ...fileOptions, outdir, entryPoints, chunkNames: `${chunks}/[name]-[hash]`, metafile: true });

/** Builds the package into a folder that is empty. To be called in the folder of our sources. */
export const buildPackage = async (outdir: string): Promise<void> => {
  const { metafile } = await bundleInto(outdir, ['cli/main.ts', ...PUBLIC_MODULES, 'examples/demo.ts'], 'chunks');
  const packages = packagesOf([...filesIn(metafile), ...(await buildWeb(outdir))]);
  await writeFile(join(outdir, 'THIRD-PARTY-LICENSES.txt'), await licencesOf(packages));
  for (const [file, text] of await typesOf(PUBLIC_MODULES)) await writeFile(join(outdir, file), text);
  await chmod(join(outdir, 'cli/main.js'), 0o755);
};
