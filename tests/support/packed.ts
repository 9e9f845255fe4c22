/** The package as users get it: built, packed, and installed without a network into an empty project. */
import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildPackage } from '../../build/package.ts';
import { ROOT } from './bundle.ts';
import { natsServer } from './nats.ts';

export type Project = {
  readonly folder: string;
  /** Of its processes: an empty home, and no more than it takes to find programs. */
  readonly env: NodeJS.ProcessEnv;
};

const LIMIT_MS = 100_000;

/** Runs a program of a project to its end; rejects with what it complained about. */
export const runIn = async ({ folder, env }: Project, command: string, args: ReadonlyArray<string>): Promise<string> =>
  (await promisify(execFile)(command, args, { cwd: folder, env, timeout: LIMIT_MS, killSignal: 'SIGKILL' })).stdout;

const pack = async (folder: string, env: NodeJS.ProcessEnv): Promise<string> => {
  const { files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { readonly files: ReadonlyArray<string> };
  const documents = ['package.json', 'README.md', 'LICENSE', ...files.filter((file) => !file.startsWith('!') && file !== 'dist')];
  for (const name of documents) await cp(join(ROOT, name), join(folder, name), { recursive: true });
  await buildPackage(join(folder, 'dist'));
  return join(folder, (await runIn({ folder, env }, 'npm', ['pack', '--ignore-scripts', '--silent'])).trim());
};

/** The folder is removed with this process. */
export const newProject = async (): Promise<Project> => {
  const root = await mkdtemp(join(tmpdir(), 'jetlock-packed-'));
  process.once('exit', () => rmSync(root, { recursive: true, force: true }));
  const [folder, home, stage] = ['project', 'home', 'stage'].map((name) => join(root, name)) as [string, string, string];
  await Promise.all([folder, home, stage].map((path) => mkdir(path)));
  const env = { PATH: process.env['PATH'], HOME: home, JETLOCK_NATS_SERVER: (await natsServer()).path };
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'shop', version: '1.0.0', private: true, type: 'module' }));
  await runIn({ folder, env }, 'npm', ['install', '--offline', '--no-audit', '--no-fund', await pack(stage, env)]);
  return { folder, env };
};
