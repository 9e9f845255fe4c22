/** Debian's package, from the archive that this machine's own apt is configured with. Unpacked only: nothing is installed. */
import { access, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Fetcher } from './fetcher.ts';
import { run } from './run.ts';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
/** Newest first. Stable's server is new enough, testing's is faster to learn of fixes. */
const SUITES = ['forky', 'trixie'];
const ARCHIVES_TRIED = 3;
const DOWNLOAD_LIMIT_MS = 120_000;

/** Addresses in apt's source files, for an apt that cannot list its targets. */
const fromSourceFiles = async (): Promise<string> => {
  const folder = '/etc/apt/sources.list.d';
  const names = (await readdir(folder).catch(() => [])).filter((name) => /\.(list|sources)$/.test(name));
  const files = ['/etc/apt/sources.list', ...names.map((name) => join(folder, name))];
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  const entries = texts.join('\n').matchAll(/^(?:deb (?:\[[^\]]*\] )?|URIs: *)(\S+)/gm);
  return [...entries].map((entry) => entry[1] ?? '').join('\n');
};

/**
 * The addresses, one a line, that may be Debian's archive, the likeliest first. Another vendor's among them does no harm: what
 * it signed does not pass. Archives of security fixes hold no whole suite.
 */
export const archivesIn = (listed: string): ReadonlyArray<string> => {
  const sites = [...new Set(listed.split('\n').map((line) => line.trim().replace(/\/+$/, '')))];
  const possible = sites.filter((site) => /^[a-z+]+:\S+$/.test(site) && !site.includes('security'));
  const likely = (site: string): number => (site.endsWith('/debian') ? 0 : 1);
  return possible.sort((a, b) => likely(a) - likely(b)).slice(0, ARCHIVES_TRIED);
};

const archives: TE.TaskEither<string, ReadonlyArray<string>> = pipe(
  run('apt-get', ['indextargets', '--format', '$(SITE)'], { limitMs: 10_000 }),
  TE.map(archivesIn),
  TE.filterOrElse((found) => found.length > 0, () => 'apt lists no archive'),
  TE.orElse(() => TE.fromTask(async () => archivesIn(await fromSourceFiles()))),
  TE.filterOrElse((found) => found.length > 0, () => "apt is not configured with Debian's archive"),
);

/**
 * Lines of an apt.conf that is read after the machine's own configuration, whose proxies and certificates stay in force: other
 * places for all that is written, no hooks of the system's, no switch to a user that could not write here. The cache of the
 * package list, which container images turn off, saves reading it a second time.
 * @param into holds the folders of `aptFolders`
 */
export const aptApart = (into: string): string => `
Dir::State::Lists "${into}/lists";
Dir::Cache "${into}/cache";
Dir::Cache::pkgcache "pkgcache.bin";
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "1";
Acquire::http::Timeout "10";
Acquire::https::Timeout "10";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
`;

/** Makes the folders that `aptApart` names. */
export const aptFolders = (into: string): Promise<unknown> =>
  Promise.all(['lists/partial', 'cache/archives/partial'].map((path) => mkdir(join(into, path), { recursive: true })));

const configuration = (into: string): string => `
Dir::Etc::SourceList "${into}/source.list";
Dir::Etc::SourceParts "/dev/null";
APT::Default-Release "";
${aptApart(into)}`;

const prepare = async (into: string, archive: string, suite: string): Promise<void> => {
  await access(KEYRING);
  await aptFolders(into);
  await writeFile(join(into, 'apt.conf'), configuration(into));
  await writeFile(join(into, 'source.list'), `deb [signed-by=${KEYRING} target=Packages] ${archive} ${suite} main\n`, { mode: 0o600 });
};

const unpack = (into: string): TE.TaskEither<string, string> =>
  pipe(
    TE.fromTask(() => readdir(into)),
    TE.flatMap((names) => TE.fromNullable('apt-get left no package')(names.find((name) => name.endsWith('.deb')))),
    TE.flatMap((name) => run('dpkg', ['-x', name, '.'], { cwd: into, limitMs: 60_000 })),
    TE.map(() => join(into, 'usr/sbin/nats-server')),
  );

const fromSuite = (into: string, archive: string, suite: string): TE.TaskEither<string, string> => {
  const apt = (...args: ReadonlyArray<string>) => run('apt-get', ['-c', 'apt.conf', '-qq', ...args], { cwd: into, limitMs: DOWNLOAD_LIMIT_MS });
  return pipe(
    TE.tryCatch(() => prepare(into, archive, suite), () => `there is no ${KEYRING}`),
    TE.flatMap(() => apt('update')),
    TE.flatMap(() => apt('download', 'nats-server')),
    TE.flatMap(() => unpack(into)),
    TE.mapLeft((why) => `Debian's ${suite}: ${why}`),
  );
};

/** Debian's package from the newest suite that has it; its signature is checked by apt against Debian's keyring. */
export const debianFetcher: Fetcher = (into, say) =>
  pipe(
    archives,
    TE.flatMap((found) =>
      SUITES.flatMap((suite) => found.map((archive) => ({ suite, archive }))).reduce<TE.TaskEither<string, string>>(
        (before, { suite, archive }) =>
          pipe(
            before,
            TE.orElse(() => {
              say(`fetching nats-server from Debian's ${suite}`);
              return fromSuite(join(into, suite), archive, suite);
            }),
          ),
        TE.left(''),
      ),
    ),
  );
