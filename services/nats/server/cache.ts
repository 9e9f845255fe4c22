/** Where a fetched nats-server stays, and what else is fetched. */
import { chmod, lstat, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Fetcher } from './fetcher.ts';
import { usableVersion } from './version.ts';

const uid = (): number => process.getuid?.() ?? 0;

const caches = (env: NodeJS.ProcessEnv): ReadonlyArray<string> => {
  // The XDG specification says that relative paths are to be ignored.
  const xdg = [env['XDG_CACHE_HOME'] ?? '', env['HOME'] === undefined ? '' : join(env['HOME'], '.cache')].find(isAbsolute);
  const temporary = [env['TMPDIR'] ?? '', tmpdir()].find(isAbsolute) ?? tmpdir();
  return [...(xdg === undefined ? [] : [join(xdg, 'jetlock')]), join(temporary, `jetlock-${uid()}`)];
};

/** A directory that is ours and that no one else can put a program into, which matters in the shared temporary directory. */
const own = (directory: string, what: string): TE.TaskEither<string, string> =>
  TE.tryCatch(
    async () => {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const found = await lstat(directory);
      if (!found.isDirectory() || found.uid !== uid() || (found.mode & 0o022) !== 0) throw new Error('not ours alone');
      const place = join(directory, what, `${process.platform}-${process.arch}`);
      await mkdir(place, { recursive: true, mode: 0o700 });
      await rm(await mkdtemp(join(place, '.try-')), { recursive: true });
      return place;
    },
    () => `${directory} cannot be used as a cache`,
  );

/** The directory of the cache, made if need be: the user's, else one of this user's own among the temporary files. */
export const cacheDirectory = (env: NodeJS.ProcessEnv, what = 'nats-server'): TE.TaskEither<string, string> =>
  caches(env)
    .map((directory) => own(directory, what))
    .reduce((before, next) => pipe(before, TE.orElse(() => next)));

/** The path of the cached executable. */
export const cachedServer = (cache: string): string => join(cache, 'nats-server');

const install =
  (cache: string) =>
  async (path: string): Promise<string> => {
    await chmod(path, 0o755);
    await rename(path, cachedServer(cache));
    return cachedServer(cache);
  };

const cannotWrite = (error: unknown): string => `the cache cannot be written (${String((error as NodeJS.ErrnoException).code)})`;

/** Fetches into a directory of its own, tries the executable there and only then renames it: two at once do no harm. */
export const fetchInto = (cache: string, fetcher: Fetcher, say: (line: string) => void): TE.TaskEither<string, string> =>
  TE.bracket(
    TE.tryCatch(() => mkdtemp(join(cache, '.fetch-')), cannotWrite),
    (scratch) =>
      pipe(
        fetcher(scratch, say),
        TE.chainFirst(usableVersion),
        TE.flatMap((path) => TE.tryCatch(() => install(cache)(path), cannotWrite)),
      ),
    (scratch) => TE.tryCatch(() => rm(scratch, { recursive: true, force: true }), cannotWrite),
  );
