import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { archivesIn, debianFetcher } from './debian.ts';
import type { Fetcher } from './fetcher.ts';
import { findServer, type FindOptions } from './find.ts';
import { releaseFetcher } from './release.ts';

const CACHED = `.cache/jetlock/nats-server/${process.platform}-${process.arch}/nats-server`;

/**
 * A program that only knows its version. Tests that write programs and run them go one after another: what was just written is busy as
 * long as a process that another test is starting has it open.
 */
const fake = async (path: string, version: string): Promise<string> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, `#!/bin/sh\necho "nats-server: v${version}"\n`);
  await chmod(path, 0o755);
  return path;
};

const fetcherOf =
  (version: string): Fetcher =>
  (into, say) => {
    say(`fetching ${version}`);
    return TE.fromTask(() => fake(join(into, 'unpacked', 'nats-server'), version));
  };

const unused: Fetcher = () => TE.left('must not be asked');

const setUp = async (t: ExecutionContext) => {
  const home = await mkdtemp(join(tmpdir(), 'jetlock-find-'));
  t.teardown(() => rm(home, { recursive: true }));
  await mkdir(join(home, 'tmp'));
  const env = { HOME: home, TMPDIR: join(home, 'tmp'), PATH: [join(home, 'bin1'), join(home, 'bin2')].join(':') };
  const find = (options: FindOptions = {}) => findServer({ env, fetchers: [unused], ...options })();
  const shared = join(env.TMPDIR, `jetlock-${process.getuid?.() ?? 0}`, CACHED.slice('.cache/jetlock/'.length));
  return { home, env, find, shared };
};

test.serial('the one that JETLOCK_NATS_SERVER names comes before all others', async (t) => {
  const { home, env, find } = await setUp(t);
  await fake(join(home, 'bin1/nats-server'), '2.12.14');
  const path = await fake(join(home, 'own'), '2.11.0');
  t.like(await find({ env: { ...env, JETLOCK_NATS_SERVER: path } }), { right: { path, version: '2.11.0', source: 'environment' } });
});

test.serial('where the one that JETLOCK_NATS_SERVER names cannot be used, no other stands in for it', async (t) => {
  const { home, env, find } = await setUp(t);
  await fake(join(home, 'bin1/nats-server'), '2.12.14');
  const old = await fake(join(home, 'old'), '2.9.10');
  for (const [path, why] of [[old, 'too old (2.9.10)'], ['/bin/echo', 'is no nats-server'], [join(home, 'none'), 'ENOENT']] as const) {
    const found = await find({ env: { ...env, JETLOCK_NATS_SERVER: path } });
    t.like(found, { left: { _tag: 'server-not-found' } });
    t.true(JSON.stringify(found).includes(why), JSON.stringify(found));
  }
});

test.serial('the first new enough one on PATH comes before the cached one', async (t) => {
  const { home, find } = await setUp(t);
  await fake(join(home, 'bin1/nats-server'), '2.10.22');
  await fake(join(home, 'bin2/nats-server'), '2.10.23');
  await fake(join(home, CACHED), '2.14.5');
  t.like(await find(), { right: { path: join(home, 'bin2/nats-server'), version: '2.10.23', source: 'path' } });
});

test.serial('the cached one comes before any fetching', async (t) => {
  const { home, find } = await setUp(t);
  await fake(join(home, CACHED), '2.14.5');
  t.like(await find(), { right: { version: '2.14.5', source: 'cache' } });
});

test.serial('fetching goes on until one works, says so, and leaves the executable alone in the cache', async (t) => {
  const { home, find } = await setUp(t);
  const said: Array<string> = [];
  const fetchers = [fetcherOf('2.9.10'), fetcherOf('2.15.1'), fetcherOf('2.16.0')];
  t.like(await find({ fetchers, say: (line) => said.push(line) }), { right: { version: '2.15.1', source: 'fetched' } });
  t.deepEqual(said, ['fetching 2.9.10', 'fetching 2.15.1']);
  t.deepEqual(await readdir(dirname(join(home, CACHED))), ['nats-server']);
  t.like(await find(), { right: { version: '2.15.1', source: 'cache' } });
});

test.serial('XDG_CACHE_HOME moves the cache; without a home there is one among the temporary files, for this user alone', async (t) => {
  const { home, env, find, shared } = await setUp(t);
  const fetchers = [fetcherOf('2.15.1')];
  const moved = await find({ env: { ...env, XDG_CACHE_HOME: join(home, 'xdg') }, fetchers });
  t.like(moved, { right: { path: join(home, 'xdg', CACHED.slice('.cache/'.length)) } });
  for (const HOME of [undefined, '/dev/null/home']) {
    t.like(await find({ env: { ...env, HOME }, fetchers }), { right: { path: shared } });
    t.is((await stat(dirname(shared))).mode & 0o777, 0o700);
  }
});

test.serial('a cache that others can write to is not used', async (t) => {
  const { home, find, shared } = await setUp(t);
  await fake(join(home, CACHED), '2.14.5');
  await chmod(join(home, '.cache/jetlock'), 0o777);
  t.like(await find({ fetchers: [fetcherOf('2.15.1')] }), { right: { path: shared, version: '2.15.1' } });
});

test.serial('when nothing works, one sentence says what was tried and what to do', async (t) => {
  const { find } = await setUp(t);
  const why = 'no usable nats-server (none on PATH; none in the cache; must not be asked): install nats-server 2.10.23 or newer, or set JETLOCK_NATS_SERVER to the path of one';
  t.deepEqual(await find(), { _tag: 'Left', left: { _tag: 'server-not-found', why } });
});

test.serial('a release with another SHA-256 than the pinned one is not unpacked', async (t) => {
  const { env } = await setUp(t);
  const got = await releaseFetcher('data:application/gzip,anything')(env.TMPDIR, () => undefined)();
  t.deepEqual(got, { _tag: 'Left', left: 'the release from GitHub has another SHA-256 than the pinned one' });
  t.deepEqual(await readdir(env.TMPDIR), []);
});

test.serial("Debian's own archive is tried first, those of security fixes never", (t) => {
  const listed = 'https://example.org/apt/\nhttp://deb.example.org/debian-security/\nhttp://deb.example.org/debian/\nhttp://deb.example.org/debian\n\n';
  t.deepEqual(archivesIn(listed), ['http://deb.example.org/debian', 'https://example.org/apt']);
});

test.serial('two at once, with nothing cached, both end up with a server', async (t) => {
  const { find } = await setUp(t);
  const real = { fetchers: [releaseFetcher(), debianFetcher] };
  const both = await Promise.all([find(real), find(real)]);
  for (const found of both) t.like(found, { _tag: 'Right' }, JSON.stringify(found));
  t.like(await find(), { right: { source: 'cache' } });
});
