/** The release that the makers of nats-server publish on GitHub. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Fetcher } from './fetcher.ts';
import { run } from './run.ts';

const VERSION = '2.14.5';
const CONNECT_LIMIT_MS = 3_000;
const DOWNLOAD_LIMIT_MS = 120_000;

/** SHA-256 of each archive, as the nats-docker repository pins them; by Node's name of the processor: [NATS' name, sum]. */
const ARCHIVES: Readonly<Record<string, readonly [string, string]>> = {
  'linux-x64': ['linux-amd64', '5e3b603d47c447bda1f77f9ac16dbf91c90aac4ff3681f8fbbc7201e4ed99355'],
  'linux-arm64': ['linux-arm64', '673a98d3faa79dde3f9ebf16d6dfac36a5f694e7ad2015e4954dd7939c85cd4c'],
  'linux-arm': ['linux-arm7', 'c8796b63a8603fdebabd63146ac3d3997c29a2829fdd2af6db320f4a287f2e71'],
  'linux-ia32': ['linux-386', '7eb520d5080d2c4b2e9ad0866aa301f7c7af35058bfae61c1ba0cef472d21d47'],
  'linux-s390x': ['linux-s390x', '829193e8c592e0df5f15402c27417df18d26503d22b77dfc9491982fe0b51a67'],
  'linux-ppc64': ['linux-ppc64le', '5d8f1a264a3bc4b30899814ae8e898b1268e817074635adddd24b32f388e4cc4'],
  'linux-loong64': ['linux-loong64', 'e0c584e45453c5a5ed387f14a96eaa8cb84cb110f0ff9031699087b23e3b2c2d'],
};

/** The body behind an address: gives up after 3 s without an answer, so that a closed network costs no more than that. */
const download = (url: string): TE.TaskEither<string, Uint8Array> =>
  TE.tryCatch(
    async () => {
      const abort = new AbortController();
      // Not `AbortSignal.timeout` as one of several signals: if nobody else holds on to it, it is collected and never comes.
      let timer = setTimeout(() => abort.abort(), CONNECT_LIMIT_MS);
      try {
        const response = await fetch(url, { signal: abort.signal });
        clearTimeout(timer);
        timer = setTimeout(() => abort.abort(), DOWNLOAD_LIMIT_MS);
        if (!response.ok) throw new Error(String(response.status));
        return new Uint8Array(await response.arrayBuffer());
      } finally {
        clearTimeout(timer);
      }
    },
    () => 'GitHub could not be reached',
  );

const checked =
  (sum: string) =>
  (archive: Uint8Array): TE.TaskEither<string, Uint8Array> =>
    createHash('sha256').update(archive).digest('hex') === sum
      ? TE.right(archive)
      : TE.left('the release from GitHub has another SHA-256 than the pinned one');

const unpack =
  (into: string) =>
  (archive: Uint8Array): TE.TaskEither<string, string> =>
    pipe(
      TE.tryCatch(() => writeFile(join(into, 'release.tar.gz'), archive), () => 'the release cannot be written'),
      TE.flatMap(() => run('tar', ['-xzf', 'release.tar.gz', '--strip-components=1'], { cwd: into, limitMs: 60_000 })),
      TE.map(() => join(into, 'nats-server')),
    );

/**
 * The pinned release for this machine.
 * @param from where the archives lie; the release's own address unless a test says otherwise
 */
export const releaseFetcher =
  (from = `https://github.com/nats-io/nats-server/releases/download/v${VERSION}`): Fetcher =>
  (into, say) => {
    const archive = ARCHIVES[`${process.platform}-${process.arch}`];
    if (archive === undefined) return TE.left(`no release is pinned for ${process.platform}-${process.arch}`);
    const [name, sum] = archive;
    say(`fetching nats-server ${VERSION} from GitHub`);
    return pipe(download(`${from}/nats-server-v${VERSION}-${name}.tar.gz`), TE.flatMap(checked(sum)), TE.flatMap(unpack(into)));
  };
