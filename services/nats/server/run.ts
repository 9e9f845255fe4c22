/** Other programs, run to their end. */
import { execFile } from 'node:child_process';
import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';

export type RunOptions = { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string; readonly limitMs: number };

const reason = (command: string, error: Error & { code?: unknown; killed?: boolean }): string => {
  const name = command.slice(command.lastIndexOf('/') + 1);
  if (error.killed === true) return `${name} took too long`;
  return typeof error.code === 'number' ? `${name} failed (exit ${error.code})` : `${name} cannot be run (${String(error.code)})`;
};

/**
 * Runs a program without a shell or input and answers with what it printed. What it printed on failure is left out: it can
 * hold addresses with passwords in them.
 * @param options.limitMs after that many milliseconds it is killed
 */
export const run =
  (command: string, args: ReadonlyArray<string>, options: RunOptions): TaskEither<string, string> =>
  () =>
    new Promise((resolve) => {
      const { limitMs, ...rest } = options;
      const child = execFile(command, args, { ...rest, timeout: limitMs, killSignal: 'SIGKILL' }, (error, stdout) => {
        resolve(error === null ? E.right(stdout) : E.left(reason(command, error)));
      });
      child.stdin?.end();
    });
