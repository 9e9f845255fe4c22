import type { Id, ServiceName } from '../vocabulary.ts';
import type { World } from '../world.ts';

/** Of so many uses of a service it is known that they were counted; who repeats a report does so soon. */
export const USES_KEPT = 2_048;

export const usedOffline = (world: World, service: ServiceName, id: Id): void => {
  const known = world.uses.get(service) ?? new Set<Id>();
  known.add(id);
  const [oldest] = known;
  if (known.size > USES_KEPT && oldest !== undefined) known.delete(oldest);
  world.uses.set(service, known);
};
