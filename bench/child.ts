/** Programs of ours in processes of their own: from their sources under a loader, or as `npm run build` bundled them. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const isBundled = !import.meta.url.endsWith('.ts');

/** A bundled module stands in a folder of its own too, so the way up is the same. */
const command = (name: string): ReadonlyArray<string> =>
  isBundled
    ? [fileURLToPath(new URL(`../bench/${name}.js`, import.meta.url))]
    : ['--import', import.meta.resolve('tsx'), fileURLToPath(new URL(`${name}.ts`, import.meta.url))];

/**
 * Starts a program of this folder; what it says on stderr is passed on. It ends when its stdin is closed, so it never
 * outlives us, whatever becomes of us.
 */
export const startChild = (name: 'flooder' | 'command-line' | 'one-start', args: ReadonlyArray<string>, cwd: string): ChildProcessWithoutNullStreams => {
  const child = spawn(process.execPath, [...command(name), ...args], { cwd, env: { HOME: cwd, JETLOCK_LOG_LEVEL: 'error' } });
  child.stderr.pipe(process.stderr, { end: false });
  return child;
};
