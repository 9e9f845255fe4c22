/** Finds a nats-server for `jetlock dev`, the demo and the tests, and fetches one where there is none. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { cacheDirectory, cachedServer, fetchInto } from './cache.ts';
import { debianFetcher } from './debian.ts';
import type { Fetcher } from './fetcher.ts';
import { releaseFetcher } from './release.ts';
import { MINIMUM_VERSION, usableVersion } from './version.ts';

export type FoundServer = {
  /** Absolute unless the one in JETLOCK_NATS_SERVER or PATH is not. */
  readonly path: string;
  /** Such as `2.15.1`. */
  readonly version: string;
  readonly source: 'environment' | 'path' | 'cache' | 'fetched';
};

/** `why` is one sentence for a person: what was tried, and what to do. */
export type ServerNotFound = { readonly _tag: 'server-not-found'; readonly why: string };

export type FindOptions = {
  /** Where JETLOCK_NATS_SERVER, PATH, XDG_CACHE_HOME, HOME and TMPDIR are read from. */
  readonly env?: NodeJS.ProcessEnv;
  /** Told what is being fetched, a line at a time: it can take seconds. */
  readonly say?: (line: string) => void;
  /** Tried in order when there is no server on this machine. */
  readonly fetchers?: ReadonlyArray<Fetcher>;
};

type Attempt = TE.TaskEither<string, FoundServer>;

const at = (path: string, source: FoundServer['source']): Attempt =>
  pipe(usableVersion(path), TE.map((version) => ({ path, version, source })));

const exists = (path: string): Promise<boolean> => access(path, constants.X_OK).then(() => true, () => false);

/** The first attempt that succeeds; those after it are not begun. */
const firstOf = (attempts: ReadonlyArray<Attempt>): TE.TaskEither<ReadonlyArray<string>, FoundServer> =>
  attempts.reduce<TE.TaskEither<ReadonlyArray<string>, FoundServer>>(
    (before, attempt) =>
      pipe(
        before,
        TE.orElse((reasons) => pipe(attempt, TE.mapLeft((reason) => [...reasons, reason]))),
      ),
    TE.left([]),
  );

const onPath = (env: NodeJS.ProcessEnv): Attempt => {
  const candidates = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '').map((folder) => join(folder, 'nats-server'));
  return pipe(
    TE.fromTask(async () => {
      const found = await Promise.all(candidates.map(exists));
      return candidates.filter((_, index) => found[index]);
    }),
    TE.flatMap((paths) => pipe(firstOf(paths.map((path) => at(path, 'path'))), TE.mapLeft((reasons) => reasons.join(', ') || 'none on PATH'))),
  );
};

const cached = (cache: string): Attempt =>
  pipe(
    TE.fromTask(() => exists(cachedServer(cache))),
    TE.flatMap((there) => (there ? at(cachedServer(cache), 'cache') : TE.left('none in the cache'))),
  );

const fetched = (cache: string, fetcher: Fetcher, say: (line: string) => void): Attempt =>
  pipe(fetchInto(cache, fetcher, say), TE.flatMap((path) => at(path, 'fetched')));

const cachedOrFetched = (env: NodeJS.ProcessEnv, options: FindOptions): TE.TaskEither<ReadonlyArray<string>, FoundServer> => {
  const { say = () => undefined, fetchers = [releaseFetcher(), debianFetcher] } = options;
  return pipe(
    cacheDirectory(env),
    TE.mapLeft((reason) => [reason]),
    TE.flatMap((cache) => firstOf([cached(cache), ...fetchers.map((fetcher) => fetched(cache, fetcher, say))])),
  );
};

const notFound = (tried: string): ServerNotFound => ({
  _tag: 'server-not-found',
  why: `no usable nats-server (${tried}): install nats-server ${MINIMUM_VERSION} or newer, or set JETLOCK_NATS_SERVER to the path of one`,
});

/**
 * The executable named by JETLOCK_NATS_SERVER and no other if that is set; else a new enough one on PATH, else the cached one,
 * else one that is fetched: the pinned release from GitHub, then Debian's package.
 */
export const findServer = (options: FindOptions = {}): TE.TaskEither<ServerNotFound, FoundServer> => {
  const env = options.env ?? process.env;
  const named = env['JETLOCK_NATS_SERVER'] ?? '';
  if (named !== '') return pipe(at(named, 'environment'), TE.mapLeft((reason) => notFound(`JETLOCK_NATS_SERVER: ${reason}`)));
  return pipe(
    firstOf([onPath(env)]),
    TE.orElse((first) => pipe(cachedOrFetched(env, options), TE.mapLeft((rest) => [...first, ...rest]))),
    TE.mapLeft((reasons) => notFound(reasons.join('; '))),
  );
};
