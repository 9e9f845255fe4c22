/** A Python that has PyNaCl: this machine's, else what it lacks of it from its own apt, unpacked into the cache and not installed. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isRight } from 'fp-ts/lib/Either.js';
import { cacheDirectory } from '../../services/nats/server/cache.ts';
import { run } from '../../services/nats/server/run.ts';
import { orThrow } from './or-throw.ts';

export type Python = { readonly path: string; readonly env: NodeJS.ProcessEnv };

const SYSTEM = '/usr/bin/python3';
const LIMIT_MS = 120_000;

const fits = async ({ path, env }: Python): Promise<boolean> =>
  isRight(await run(path, ['-c', 'import nacl.public, nacl.signing'], { env, limitMs: 20_000 })());

/** Where each architecture has its libraries. */
const librariesIn = (root: string): ReadonlyArray<string> =>
  ['lib', 'usr/lib'].flatMap((folder) => (existsSync(join(root, folder)) ? readdirSync(join(root, folder)) : []).filter((name) => name.endsWith('-linux-gnu')).map((name) => join(root, folder, name)));

/** With the packages that are unpacked there; the machine's own program if that was not among them. */
const unpackedIn = (root: string): Python => {
  const own = join(root, 'usr/bin/python3');
  const env = { PYTHONPATH: join(root, 'usr/lib/python3/dist-packages'), LD_LIBRARY_PATH: librariesIn(root).join(':') };
  return { path: existsSync(own) ? own : SYSTEM, env };
};

/** Read after the machine's own configuration: other places for what is written, no hooks, no switch to another user. */
const configuration = (into: string): string => `
Dir::Cache "${into}/cache";
APT::Sandbox::User "root";
Acquire::Languages "none";
Debug::NoLocking "true";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Install-Pkgs;
`;

/** The lists of packages that the machine has may be none, or old ones that name what is not there any more. */
const download = async (into: string): Promise<void> => {
  const apt = (...args: ReadonlyArray<string>) => run('apt-get', ['-c', join(into, 'apt.conf'), '-qq', ...args], { limitMs: LIMIT_MS })();
  const install = ['-y', '--no-install-recommends', '--download-only', 'install', 'python3-nacl'];
  if (isRight(await apt(...install))) return;
  const lists = ['-o', `Dir::State::Lists=${into}/lists`];
  orThrow(await apt(...lists, 'update'));
  orThrow(await apt(...lists, ...install));
};

const fetchInto = async (cache: string, root: string): Promise<void> => {
  const into = await mkdtemp(join(cache, '.fetch-'));
  try {
    const debs = join(into, 'cache/archives');
    await Promise.all([join(debs, 'partial'), join(into, 'lists/partial'), join(into, 'root')].map((folder) => mkdir(folder, { recursive: true })));
    await writeFile(join(into, 'apt.conf'), configuration(into));
    await download(into);
    for (const name of (await readdir(debs)).filter((file) => file.endsWith('.deb')))
      orThrow(await run('dpkg', ['-x', join(debs, name), join(into, 'root')], { limitMs: LIMIT_MS })());
    if (!(await fits(unpackedIn(join(into, 'root'))))) throw new Error('what apt fetched is no Python with PyNaCl');
    // Another process may have been faster: its packages are as good.
    await rm(root, { recursive: true, force: true });
    await rename(join(into, 'root'), root);
  } finally {
    await rm(into, { recursive: true, force: true });
  }
};

const find = async (): Promise<Python> => {
  const { PATH } = process.env;
  for (const path of ['python3', SYSTEM]) if (await fits({ path, env: { PATH } })) return { path, env: { PATH } };
  const cache = orThrow(await cacheDirectory(process.env, 'python')());
  const root = join(cache, 'root');
  if (!(await fits(unpackedIn(root)))) await fetchInto(cache, root);
  return unpackedIn(root);
};

let finding: Promise<Python> | undefined;

/** Runs a program to its end, with nothing of this process' environment; rejects with what it complained about. */
export const python = async (args: ReadonlyArray<string>, env: NodeJS.ProcessEnv = {}): Promise<Buffer> => {
  const found = await (finding ??= find());
  const options = { env: { ...found.env, ...env }, encoding: 'buffer', timeout: LIMIT_MS, killSignal: 'SIGKILL' } as const;
  return (await promisify(execFile)(found.path, ['-B', ...args], options)).stdout;
};
