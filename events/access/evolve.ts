import type { EventOf } from '../event.ts';
import { dropExpected, setExpected } from '../expected.ts';
import { covers, isPrefix, type ServiceName, type Target } from '../vocabulary.ts';
import type { Access, World } from '../world.ts';

/** Puts an access into a world. */
export const setAccess = (world: World, service: ServiceName, access: Access): void => {
  const known = world.access.get(service) ?? new Map<Target, Access>();
  known.set(access.target, access);
  world.access.set(service, known);
};

const plain = { until: null, once: false, spent: false, offline: null } as const;

export const accessRequested = (world: World, event: EventOf<'AccessRequested'>, seq: number): void => {
  const { service, target } = event;
  setAccess(world, service, { ...plain, target, status: 'requested', seq });
  if (!isPrefix(target)) setExpected(world, service, target, event);
};

/** Whoever decides about a request has to have seen it; a grant is ended whatever a service expects by now. */
export const expectationChanged = (world: World, event: EventOf<'ExpectationChanged'>, seq: number): void => {
  const { service, target } = event;
  setExpected(world, service, target, event);
  const known = world.access.get(service)?.get(target);
  if (known?.status === 'requested') setAccess(world, service, { ...known, seq });
};

type Closed = EventOf<'AccessDenied' | 'AccessRevoked'>;

export const accessClosed = (world: World, { service, target }: Closed, status: Access['status'], seq: number): void => {
  setAccess(world, service, { ...plain, target, status, seq });
  dropExpected(world, service, target);
};

/** A grant of a prefix settles the open requests below it: else they would count for ever, and never be asked again. */
const settleBelow = (world: World, service: ServiceName, target: Target): void => {
  const known = world.access.get(service);
  if (known === undefined || !isPrefix(target)) return;
  for (const one of known.values())
    if (one.status === 'requested' && !isPrefix(one.target) && covers(target, one.target)) known.delete(one.target);
};

/** The time of a grant runs from its own place in the log. */
export const accessGranted = (world: World, event: EventOf<'AccessGranted'>, now: number, seq: number): void => {
  const { service, target, duration, once, offline } = event;
  settleBelow(world, service, target);
  setAccess(world, service, { target, status: 'granted', until: duration === null ? null : now + duration, once, spent: false, offline, seq });
};

export const accessConsumed = (world: World, { service, target }: EventOf<'AccessConsumed'>, seq: number): void => {
  const known = world.access.get(service)?.get(target);
  if (known !== undefined) setAccess(world, service, { ...known, spent: true, seq });
};
