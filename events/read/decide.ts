/** Who may read what: a pure function of the log before the read. */
import type { Fingerprint, SecretPath, ServiceName, Target } from '../vocabulary.ts';
import { prefixesOf } from '../vocabulary.ts';
import type { Access, SecretVersion, World } from '../world.ts';
import { credentialOf, currentVersion, isOpen } from '../world.ts';

/** For auditors; a requester is told `refused`, whatever the reason. */
export type Reason = 'credential' | 'ungranted' | 'denied' | 'missing' | 'disabled';

export type Outcome =
  /** `offlineUntil`: how long it may be used while nobody can be asked, by the time in the log; null for not at all. */
  | { readonly result: 'allowed'; readonly path: SecretPath; readonly version: SecretVersion; readonly offlineUntil: number | null }
  /** A grant for one read: only the event that spends it allows the read. */
  | { readonly result: 'spending'; readonly path: SecretPath; readonly version: SecretVersion; readonly target: Target }
  | { readonly result: 'refused'; readonly path: SecretPath; readonly reason: Reason };

export type Reading = { readonly service: ServiceName; readonly credential: Fingerprint; readonly paths: ReadonlyArray<SecretPath>; readonly offline: boolean };

type Opening = { readonly target: Target; readonly access: Access };

/** The grant that opens a path: one that lasts rather than one for a single read. A denial of the path wins over a grant of its prefix. */
const openingOf = (world: World, service: ServiceName, path: SecretPath, now: number): Opening | 'denied' | undefined => {
  const known = world.access.get(service);
  if (known === undefined) return undefined;
  if (known.get(path)?.status === 'denied') return 'denied';
  let first: Opening | undefined;
  for (const target of [path, ...prefixesOf(path)]) {
    const access = known.get(target);
    if (!isOpen(access, now)) continue;
    if (!access.once) return { target, access };
    first ??= { target, access };
  }
  return first;
};

/** Never longer than the grant itself. */
const offlineUntil = ({ offline, until }: Access, now: number): number | null =>
  offline === null ? null : Math.min(now + offline, until ?? Number.MAX_SAFE_INTEGER);

const outcome = (world: World, { service, offline }: Reading, path: SecretPath, now: number): Outcome => {
  const opening = openingOf(world, service, path, now);
  if (opening === 'denied') return { result: 'refused', path, reason: 'denied' };
  if (opening === undefined) return { result: 'refused', path, reason: 'ungranted' };
  const secret = world.secrets.get(path);
  const version = currentVersion(secret);
  if (version === undefined) return { result: 'refused', path, reason: secret?.status === 'disabled' ? 'disabled' : 'missing' };
  if (opening.access.once) return { result: 'spending', path, version, target: opening.target };
  return { result: 'allowed', path, version, offlineUntil: offline ? offlineUntil(opening.access, now) : null };
};

/**
 * The outcome of each path of a read.
 * @param world the state before the read
 * @param now the time in the log at the read, milliseconds
 */
export const decideRead = (world: World, reading: Reading, now: number): ReadonlyArray<Outcome> => {
  const approved = credentialOf(world, reading.service, reading.credential)?.status === 'approved';
  return reading.paths.map((path) => (approved ? outcome(world, reading, path, now) : { result: 'refused', path, reason: 'credential' }));
};
