import type { Decide } from '../decider.ts';
import { happened, no, nothing } from '../decider.ts';
import { decideRead } from '../read/decide.ts';
import { expectedOf, hasRoom, isAwaited } from '../expected.ts';
import { isSame, NOTHING_EXPECTED } from '../expectation.ts';
import { isPrefix, type ServiceName, type Target } from '../vocabulary.ts';
import type { World } from '../world.ts';
import { accessOf, isOpen, openedByPrefix } from '../world.ts';

export const REQUESTS_OF_A_SERVICE_MAX = 100;

const openRequests = (world: World, service: ServiceName): number => {
  let count = 0;
  for (const access of world.access.get(service)?.values() ?? []) if (access.status === 'requested') count += 1;
  return count;
};

/** A card for an admin, unless there is one, or access is given, or was denied: a denial is not asked about again. */
export const requestAccess: Decide<'access.request'> = (world, { service, target, description, format, pattern }, { now }) => {
  const known = accessOf(world, service, target);
  if (known?.status === 'requested' || known?.status === 'denied' || isOpen(known, now)) return nothing;
  if (openedByPrefix(world, service, target, now) !== undefined) return nothing;
  if (openRequests(world, service) >= REQUESTS_OF_A_SERVICE_MAX) return no('too_many');
  const expected = hasRoom(world, service, target) ? { format, pattern } : NOTHING_EXPECTED;
  return happened({ type: 'AccessRequested', v: 1, service, target, description, ...expected });
};

/** What a service expects of a path counts while it may read it, or waits for that. */
export const expectValue: Decide<'access.expect'> = (world, { service, target, format, pattern }, { now }) => {
  const expected = { format, pattern };
  if (isSame(expectedOf(world, service, target), expected)) return nothing;
  if (!isAwaited(world, service, target, now) || !hasRoom(world, service, target)) return nothing;
  return happened({ type: 'ExpectationChanged', v: 1, service, target, ...expected });
};

const seenSeq = (world: World, service: ServiceName, target: Target): number =>
  accessOf(world, service, target)?.seq ?? 0;

/** Whoever revokes has to wait so long at most for a process that nobody can reach. */
export const OFFLINE_MS_MAX = 7 * 24 * 60 * 60 * 1000;

export const grantAccess: Decide<'access.grant'> = (world, { service, target, seen, reason, duration, once, offline }) => {
  if (offline !== null && (once || offline > OFFLINE_MS_MAX)) return no('malformed', once ? 'what is for one read is not kept' : 'offline for 7 days at most');
  if (seenSeq(world, service, target) !== seen) return no('changed', `access of ${service} to ${target}`);
  return happened({ type: 'AccessGranted', v: 1, service, target, duration, once, offline, reason });
};

export const denyAccess: Decide<'access.deny'> = (world, { service, target, seen, reason }) => {
  if (isPrefix(target)) return no('malformed', 'a denial names one path');
  if (seenSeq(world, service, target) !== seen) return no('changed', `access of ${service} to ${target}`);
  if (accessOf(world, service, target)?.status === 'denied') return nothing;
  return happened({ type: 'AccessDenied', v: 1, service, target, reason });
};

/**
 * What a wider prefix opens stays open without a grant of its own, and is opened by the end of a denial: its admin would believe
 * otherwise, so it is refused, and the prefix named.
 */
export const revokeAccess: Decide<'access.revoke'> = (world, { service, target, seen, reason }, { now }) => {
  const known = accessOf(world, service, target);
  if (seenSeq(world, service, target) !== seen) return no('changed', `access of ${service} to ${target}`);
  const wider = openedByPrefix(world, service, target, now);
  if (wider !== undefined) return no('opened_by_prefix', wider);
  if (known === undefined) return no('not_granted', `${service} to ${target}`);
  return known.status === 'revoked' ? nothing : happened({ type: 'AccessRevoked', v: 1, service, target, reason });
};

/** The read is decided again here: between its own place and this one the grant may have gone, or been spent. */
export const consumeAccess: Decide<'access.consume'> = (world, { service, credential, target, path, read }, { now }) => {
  const [outcome] = decideRead(world, { service, credential, paths: [path], offline: false }, now);
  if (outcome?.result !== 'spending' || outcome.target !== target) return no('spent', `${service} to ${target}`);
  return happened({ type: 'AccessConsumed', v: 1, service, target, credential, path, read });
};
