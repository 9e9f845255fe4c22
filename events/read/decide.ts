/** Who may read what: a pure function of the log before the read. */
import type { Fingerprint, SecretPath, ServiceName, Target } from '../vocabulary.ts';
import { prefixesOf } from '../vocabulary.ts';
import type { Access, SecretVersion, World } from '../world.ts';
import { accessOf, credentialOf, currentVersion, isOpen } from '../world.ts';

/** For auditors; a requester is told `refused`, whatever the reason. */
export type Reason = 'credential' | 'ungranted' | 'denied' | 'missing' | 'disabled';

export type Outcome =
  | { readonly result: 'allowed'; readonly path: SecretPath; readonly version: SecretVersion }
  /** A grant for one read: only the event that spends it allows the read. */
  | { readonly result: 'spending'; readonly path: SecretPath; readonly version: SecretVersion; readonly target: Target }
  | { readonly result: 'refused'; readonly path: SecretPath; readonly reason: Reason };

export type Reading = { readonly service: ServiceName; readonly credential: Fingerprint; readonly paths: ReadonlyArray<SecretPath> };

type Opening = { readonly target: Target; readonly access: Access };

/** The grants that open a path; a denial of the path wins over a grant of its prefix. */
const openings = (world: World, service: ServiceName, path: SecretPath, now: number): ReadonlyArray<Opening> | 'denied' => {
  const exact = accessOf(world, service, path);
  if (exact?.status === 'denied') return 'denied';
  if (!world.access.has(service)) return [];
  const opened: Opening[] = [];
  for (const target of [path, ...prefixesOf(path)]) {
    const access = target === path ? exact : accessOf(world, service, target);
    if (isOpen(access, now)) opened.push({ target, access });
  }
  return opened;
};

const outcome = (world: World, { service }: Reading, path: SecretPath, now: number): Outcome => {
  const open = openings(world, service, path, now);
  if (open === 'denied') return { result: 'refused', path, reason: 'denied' };
  const lasting = open.find(({ access }) => !access.once) ?? open[0];
  if (lasting === undefined) return { result: 'refused', path, reason: 'ungranted' };
  const secret = world.secrets.get(path);
  const version = currentVersion(secret);
  if (version === undefined) return { result: 'refused', path, reason: secret?.status === 'disabled' ? 'disabled' : 'missing' };
  return lasting.access.once ? { result: 'spending', path, version, target: lasting.target } : { result: 'allowed', path, version };
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
