/** Services with how much they read, and may read. */
import { isLeft, right } from 'fp-ts/lib/Either.js';
import type { Count, Instant, ServiceName } from '../events/vocabulary.ts';
import { isOpen } from '../events/world.ts';
import type { ReadSums, ServiceItem } from '../protocol/pages.ts';
import { AccessView, UsageView, type ServiceView } from '../protocol/views.ts';
import { accessOfService, isUsageOfService } from './keys.ts';
import type { Answer, Rows } from './rows.ts';

const none: ReadSums = { allowed: 0 as Count, refused: 0 as Count, lastAllowedAt: null, lastRefusedAt: null };

const later = (a: Instant | null, b: Instant | null): Instant | null => (a === null || (b !== null && b > a) ? b : a);

const plus = (sums: ReadSums, use: UsageView): ReadSums => ({
  allowed: (sums.allowed + use.allowed) as Count,
  refused: (sums.refused + use.refused) as Count,
  lastAllowedAt: later(sums.lastAllowedAt, use.lastAllowedAt),
  lastRefusedAt: later(sums.lastRefusedAt, use.lastRefusedAt),
});

/** All that is said of some services: of one it is looked for by its name, of more everything is gone through once. */
const of = (services: ReadonlyArray<ServiceView>) => (services.length === 1 && services[0] !== undefined ? { keys: accessOfService(services[0].service) } : {});

/** @param now milliseconds */
export const serviceItems = async (rows: Rows, services: ReadonlyArray<ServiceView>, now: number): Answer<ReadonlyArray<ServiceItem>> => {
  if (services.length === 0) return right([]);
  const usage = await rows.list(UsageView, 'usage', { ...of(services), where: isUsageOfService });
  if (isLeft(usage)) return usage;
  const access = await rows.list(AccessView, 'access', of(services));
  if (isLeft(access)) return access;
  const reads = new Map<ServiceName, ReadSums>();
  const grants = new Map<ServiceName, number>();
  for (const { entry } of usage.right) reads.set(entry.service, plus(reads.get(entry.service) ?? none, entry));
  for (const { entry } of access.right) if (isOpen(entry, now)) grants.set(entry.service, (grants.get(entry.service) ?? 0) + 1);
  return right(services.map((one) => ({ ...one, reads: reads.get(one.service) ?? none, grants: (grants.get(one.service) ?? 0) as Count })));
};
