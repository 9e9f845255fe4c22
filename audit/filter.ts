/** Which lines somebody wants to see. */
import { left, right, type Either } from 'fp-ts/lib/Either.js';
import { overlap, type ServiceName, type Target } from '../events/vocabulary.ts';
import type { AuditLine } from '../protocol/audit-line.ts';

/** Times in milliseconds since 1970 UTC, both included. */
export type Filter = {
  readonly since?: number;
  readonly until?: number;
  readonly service?: ServiceName;
  readonly path?: Target;
};

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const AGO = /^(\d{1,6})([smhdw])$/;
const ISO = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/;

/**
 * A time as a person writes it: `2h` ago (s, m, h, d, w), or ISO 8601 with its zone; a day alone begins at midnight UTC.
 * @param now milliseconds since 1970 UTC
 * @returns milliseconds since 1970 UTC, or what was expected
 */
export const parseTime = (text: string, now: number): Either<string, number> => {
  const [, count, unit] = AGO.exec(text) ?? [];
  if (unit !== undefined) return right(now - Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS]);
  const time = ISO.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? left('a time such as 2026-01-31T10:00:00Z, or 2h for two hours ago') : right(time);
};

const isOfService = ({ about, who }: AuditLine, service: ServiceName): boolean =>
  about.service === service || (who?.kind === 'service' && who.name === service);

/** A grant on a prefix concerns every path under it, so it shows for each of them. */
const isOfPath = ({ about: { path, target, namespace } }: AuditLine, wanted: Target): boolean => {
  const place = path ?? target ?? (namespace === undefined ? undefined : (`${namespace}/` as Target));
  return place !== undefined && overlap(place, wanted);
};

/** A finding is always shown: who asks about one path must learn that the log itself is wrong. */
export const wants = ({ since, until, service, path }: Filter, line: AuditLine): boolean => {
  if (line.finding !== undefined) return true;
  const at = Date.parse(line.at);
  if ((since !== undefined && at < since) || (until !== undefined && at > until)) return false;
  return (service === undefined || isOfService(line, service)) && (path === undefined || isOfPath(line, path));
};
