/** Which nats-server is new enough. */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { run } from './run.ts';

/** Servers before this one could lose whole streams when killed. */
export const MINIMUM_VERSION = '2.10.23';

const numbers = (version: string): ReadonlyArray<number> => version.split('-')[0]?.split('.').map(Number) ?? [];

/** The version in what `nats-server --version` prints, such as `2.15.1` or `2.15.0-dev`; undefined if it is something else. */
export const parseVersion = (printed: string): string | undefined =>
  /^nats-server: v(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)\s*$/.exec(printed)?.[1];

/** Below 0 if `a` is older than `b`, 0 if they are alike. Marks of pre-releases do not count. */
export const compareVersions = (a: string, b: string): number => {
  const [left, right] = [numbers(a), numbers(b)];
  for (const place of [0, 1, 2]) {
    const difference = (left[place] ?? 0) - (right[place] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
};

/** The version of the executable at a path, or why it cannot serve: it does not run, is something else, or too old. */
export const usableVersion = (path: string): TE.TaskEither<string, string> =>
  pipe(
    run(path, ['--version'], { limitMs: 10_000 }),
    TE.flatMap((printed) => {
      const version = parseVersion(printed);
      if (version === undefined) return TE.left(`${path} is no nats-server`);
      return compareVersions(version, MINIMUM_VERSION) < 0 ? TE.left(`${path} is too old (${version})`) : TE.right(version);
    }),
  );
