/** Runs the command line as a person would, in a directory of its own, and checks what comes of it. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../cli/main.js', import.meta.url));

export type Ran = { readonly exit: number; readonly stdout: Buffer; readonly stderr: string };

export type Shell = {
  /** Starts a command; its answer comes when it ends. */
  readonly run: (words: string, input?: string | Uint8Array) => Promise<Ran>;
  /** The same with `--json`: what it printed, or a failure of this story. */
  readonly ask: <A>(words: string, input?: string | Uint8Array) => Promise<A>;
  readonly start: (words: string) => ReturnType<typeof spawn>;
};

/** The story is not as it should be. */
export class Wrong extends Error {}

export const check = (holds: boolean, what: string): void => {
  if (!holds) throw new Wrong(what);
};

const environment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('JETLOCK_') || name === 'JETLOCK_NATS_SERVER'));

const ended = (child: ReturnType<typeof spawn>): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ exit: code ?? 1, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString() });
    });
  });

export const shellIn = (directory: string): Shell => {
  const start = (words: string) =>
    spawn(process.execPath, [MAIN, ...words.split(' ')], { cwd: directory, env: environment(), stdio: ['pipe', 'pipe', 'pipe'] });
  const run = (words: string, input: string | Uint8Array = ''): Promise<Ran> => {
    const child = start(words);
    child.stdin.end(input);
    return ended(child);
  };
  return {
    run,
    start,
    ask: async <A>(words: string, input?: string | Uint8Array): Promise<A> => {
      const { exit, stdout, stderr } = await run(`${words} --json`, input);
      check(exit === 0, `jetlock ${words} ended with ${exit}: ${stderr}`);
      return JSON.parse(stdout.toString()) as A;
    },
  };
};
