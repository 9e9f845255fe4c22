/** Whether a nats-server that is already there can hold the log: its version and its clock. */
import { compareVersions, MINIMUM_VERSION } from './server/version.ts';

export const CLOCK_DISTANCE_MS_MAX = 10_000;

/** With replicas, older ones could take two messages for one place: first versions of their series without that. */
const REPLICATED = ['2.12.14', '2.14.4', '2.15.0'] as const;
const REPLICATED_TEXT = '2.12.14, 2.14.4 or 2.15';

const series = (version: string): string => version.split('.').slice(0, 2).join('.');

const enoughForReplicas = (version: string): boolean =>
  compareVersions(version, REPLICATED[2]) >= 0 || REPLICATED.some((least) => series(least) === series(version) && compareVersions(version, least) >= 0);

/** What is wanted of a server's version, if it is not that; versions are written like `2.15.1`. */
export const versionTooOld = (version: string, replicas: number): string | undefined => {
  if (compareVersions(version, MINIMUM_VERSION) < 0) return `${MINIMUM_VERSION} or newer`;
  return replicas > 1 && !enoughForReplicas(version) ? `${REPLICATED_TEXT} or newer` : undefined;
};

/**
 * How far the server's clock is from ours at least, in milliseconds; above 0 the server is ahead.
 * @param asked our clock before the request, `answered` after it, `theirs` in the answer
 */
export const clockDistance = (asked: number, theirs: number, answered: number): number =>
  theirs > answered ? theirs - answered : Math.min(theirs - asked, 0);
