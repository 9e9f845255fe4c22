/** The real command line in a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { until } from './latch.ts';
import { PROGRAM } from './program.ts';

const LIMIT_MS = 60_000;

/** `argv` is what anyone on the machine could have seen of its arguments. */
export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string; readonly argv: string };

/** Runs `jetlock` as it was bundled for this run of the tests, with nothing of this process' environment that names Jetlock. */
export const jetlockChild = async (args: ReadonlyArray<string>, { stdin = '', cwd }: { readonly stdin?: string; readonly cwd: string }): Promise<Ended> => {
  const { PATH } = process.env;
  const child = spawn(process.execPath, [PROGRAM, ...args], { cwd, env: { PATH, HOME: cwd }, stdio: 'pipe' });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => void (said.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => void (said.stderr += chunk.toString()));
  const closed = once(child, 'close') as Promise<[number | null]>;
  await once(child, 'spawn');
  const argv = await readFile(`/proc/${child.pid}/cmdline`, 'utf8').catch(() => child.spawnargs.join('\0'));
  child.stdin.end(stdin);
  const [code] = await until(closed, LIMIT_MS, `the end of jetlock ${args[0] ?? ''}`).finally(() => child.kill('SIGKILL'));
  return { code, ...said, argv };
};
