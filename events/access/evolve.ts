import type { EventOf } from '../event.ts';
import type { ServiceName, Target } from '../vocabulary.ts';
import type { Access, World } from '../world.ts';

const set = (world: World, service: ServiceName, access: Access): void => {
  const known = world.access.get(service) ?? new Map<Target, Access>();
  known.set(access.target, access);
  world.access.set(service, known);
};

const plain = { until: null, once: false, spent: false } as const;

type Closed = EventOf<'AccessRequested' | 'AccessDenied' | 'AccessRevoked'>;

export const accessClosed = (world: World, { service, target }: Closed, status: Access['status'], seq: number): void => {
  set(world, service, { ...plain, target, status, seq });
};

/** The time of a grant runs from its own place in the log. */
export const accessGranted = (world: World, event: EventOf<'AccessGranted'>, now: number, seq: number): void => {
  const { service, target, duration, once } = event;
  set(world, service, { target, status: 'granted', until: duration === null ? null : now + duration, once, spent: false, seq });
};

export const accessConsumed = (world: World, { service, target }: EventOf<'AccessConsumed'>, seq: number): void => {
  const known = world.access.get(service)?.get(target);
  if (known !== undefined) set(world, service, { ...known, spent: true, seq });
};
