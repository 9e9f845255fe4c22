/** `npm run build`: our sources, and the packages that they use, as a few files in `dist/`. */
import { rm } from 'node:fs/promises';
import { bundleInto, buildPackage } from './package.ts';

await rm('dist', { recursive: true, force: true });
await buildPackage('dist');
// Apart from the package: they use what tests use, which is no part of it.
await bundleInto('dist', ['bench/main.ts', 'bench/flooder.ts', 'bench/command-line.ts', 'bench/one-start.ts', 'bench/reads/child.ts', 'bench/namespaces/child.ts', 'bench/client/child.ts', 'bench/client/first-secret.ts'], 'bench-chunks');
