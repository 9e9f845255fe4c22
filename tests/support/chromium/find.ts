/** Finds a Chromium for the tests, and fetches one where there is none. */
import { constants } from 'node:fs';
import { access, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { cacheDirectory } from '../../../services/nats/server/cache.ts';
import type { Fetcher } from '../../../services/nats/server/fetcher.ts';
import { run } from '../../../services/nats/server/run.ts';
import { fetchChromium } from './debian.ts';
import { alone } from './alone.ts';

/** `env` is what it needs beside the environment of the process that starts it. */
export type Chromium = { readonly path: string; readonly env: Readonly<Record<string, string>> };
type Attempt = TE.TaskEither<string, Chromium>;

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const START_LIMIT_MS = 20_000;

/** Tells a library that is missing. */
const usable = (found: Chromium): Attempt =>
  pipe(run(found.path, ['--version'], { env: { ...process.env, ...found.env }, limitMs: START_LIMIT_MS }), TE.map(() => found));

const onPath = (env: NodeJS.ProcessEnv): Attempt =>
  pipe(
    TE.fromTask(async () => {
      const candidates = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '').flatMap((folder) => NAMES.map((name) => join(folder, name)));
      const there = await Promise.all(candidates.map((path) => access(path, constants.X_OK).then(() => true, () => false)));
      return candidates.find((_, index) => there[index]);
    }),
    TE.flatMap(TE.fromNullable('none on PATH')),
    TE.flatMap((path) => usable({ path, env: {} })),
  );

/** Every folder that unpacked libraries lie in: some keep theirs in one of their own. */
const libraryFolders = async (root: string): Promise<ReadonlyArray<string>> => {
  const found: string[] = [];
  for (const top of ['usr/lib', 'lib']) {
    const entries = await readdir(join(root, top), { recursive: true, withFileTypes: true }).catch(() => []);
    found.push(...entries.filter(({ name }) => /\.so(\.|$)/.test(name)).map(({ parentPath }) => parentPath));
  }
  return [...new Set(found)].filter((folder) => !folder.startsWith(join(root, 'usr/lib/chromium')));
};

const fontsFile = (root: string): string => join(root, 'jetlock-fonts.conf');

/** Fonts that were unpacked, and this machine's. Packages make links for their configuration when they are installed, which these are not. */
const fontsConf = (root: string): string => `<?xml version="1.0"?>
<fontconfig>
  <dir>${root}/usr/share/fonts</dir><dir>/usr/share/fonts</dir>
  <cachedir>${root}/font-cache</cachedir>
</fontconfig>
`;

const unpackedIn = (root: string): Attempt =>
  pipe(
    TE.fromTask(() => libraryFolders(root)),
    TE.map((folders) => ({
      path: join(root, 'usr/lib/chromium/chromium'),
      env: { LD_LIBRARY_PATH: folders.join(delimiter), FONTCONFIG_FILE: fontsFile(root) },
    })),
    TE.flatMap(usable),
  );

/** Moved to its place when it is known to run. */
const fetchedInto = (cache: string, fetch: Fetcher, say: (line: string) => void): Attempt => {
  const place = join(cache, 'current');
  return TE.bracket(
    TE.tryCatch(() => mkdtemp(join(cache, '.fetch-')), () => `${cache} cannot be written`),
    (scratch) =>
      pipe(
        fetch(scratch, say),
        TE.chainFirst(unpackedIn),
        TE.flatMap((root) =>
          TE.tryCatch(
            async () => {
              await rm(place, { recursive: true, force: true });
              await rename(root, place);
              await writeFile(fontsFile(place), fontsConf(place));
            },
            () => `${cache} cannot be written`,
          ),
        ),
        TE.flatMap(() => unpackedIn(place)),
      ),
    (scratch) => TE.fromTask(() => rm(scratch, { recursive: true, force: true })),
  );
};

/** Several test files that need it at once wait for the one that fetches. */
const cachedOrFetched = (env: NodeJS.ProcessEnv, fetch: Fetcher, say: (line: string) => void): Attempt =>
  pipe(
    cacheDirectory(env, 'chromium'),
    TE.flatMap((cache) => {
      const cached = unpackedIn(join(cache, 'current'));
      return pipe(cached, TE.orElse(() => alone(join(cache, 'lock'), pipe(cached, TE.orElse(() => fetchedInto(cache, fetch, say))))));
    }),
  );

export type FindOptions = { readonly env?: NodeJS.ProcessEnv; readonly fetch?: Fetcher; readonly say?: (line: string) => void };

/**
 * The executable named by JETLOCK_CHROMIUM and no other if that is set; else one on PATH, else the one in the cache, else
 * Debian's packages are fetched into the cache.
 * @returns a sentence that says what to do where there is none
 */
export const findChromium = ({ env = process.env, fetch = fetchChromium, say = () => undefined }: FindOptions = {}): Attempt => {
  const named = env['JETLOCK_CHROMIUM'] ?? '';
  const attempt =
    named === ''
      ? pipe(onPath(env), TE.orElse((first) => pipe(cachedOrFetched(env, fetch, say), TE.mapLeft((second) => `${first}; ${second}`))))
      : pipe(usable({ path: named, env: {} }), TE.mapLeft((why) => `JETLOCK_CHROMIUM: ${why}`));
  return pipe(attempt, TE.mapLeft((why) => `no usable Chromium (${why}): set JETLOCK_CHROMIUM to the path of a Chromium or Chrome`));
};
