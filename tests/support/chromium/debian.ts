/** Debian's Chromium with the libraries that this machine lacks, through the machine's own apt. Unpacked only: nothing is installed, and nobody needs to be root. */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Fetcher } from '../../../services/nats/server/fetcher.ts';
import { aptApart, aptFolders } from '../../../services/nats/server/debian.ts';
import { run } from '../../../services/nats/server/run.ts';

const UPDATE_LIMIT_MS = 120_000;
/** About 120 MB, where a desktop's libraries are on the machine, and 230 MB where nothing is. */
const DOWNLOAD_LIMIT_MS = 600_000;

/** Without locks, which only root may take: the folders are ours alone. */
const configuration = (into: string): string => `${aptApart(into)}
Debug::NoLocking "true";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
APT::Get::Assume-Yes "true";
APT::Install-Recommends "false";
`;

const prepare = async (into: string): Promise<void> => {
  await aptFolders(into);
  await writeFile(join(into, 'apt.conf'), configuration(into));
};

const apt = (into: string, limitMs: number, ...args: ReadonlyArray<string>) => run('apt-get', ['-c', join(into, 'apt.conf'), '-qq', ...args], { cwd: into, limitMs });

/** A source that cannot be reached fails the whole update; what is wanted may have come from another. */
const updated = (into: string) => pipe(apt(into, UPDATE_LIMIT_MS, 'update'), TE.orElse(() => TE.right('')));

const unpack = (into: string, root: string): TE.TaskEither<string, string> =>
  pipe(
    TE.tryCatch(() => mkdir(root), () => `${root} cannot be made`),
    TE.flatMap(() => TE.fromTask(() => readdir(join(into, 'cache/archives')))),
    TE.map((names) => names.filter((name) => name.endsWith('.deb'))),
    TE.filterOrElse((names) => names.some((name) => name.startsWith('chromium_')), () => 'apt holds chromium for installed'),
    TE.flatMap(TE.traverseSeqArray((name) => run('dpkg', ['-x', join(into, 'cache/archives', name), root], { limitMs: 120_000 }))),
    TE.map(() => root),
  );

/**
 * Fetches into an empty folder: the newest Chromium of the suites that the machine's apt is configured with, so that it goes
 * with the libraries that are there; apt checks signatures and sums. What was downloaded is removed again.
 * @returns the folder that Chromium and its libraries are unpacked in
 */
export const fetchChromium: Fetcher = (into, say) =>
  pipe(
    TE.tryCatch(() => prepare(into), () => `${into} cannot be written`),
    TE.flatMap(() => {
      say("fetching Chromium from Debian's packages");
      return updated(into);
    }),
    TE.flatMap(() => apt(into, DOWNLOAD_LIMIT_MS, '--download-only', 'install', 'chromium')),
    TE.flatMap(() => unpack(into, join(into, 'root'))),
    TE.chainFirst(() => TE.fromTask(() => Promise.all(['cache', 'lists'].map((name) => rm(join(into, name), { recursive: true }))))),
    TE.mapLeft((why) => `Debian's packages: ${why}`),
  );
