/**
 * `secrets.report`, top to bottom: who tells → what of it can be true → what is not in the log yet → gather it → append → reply.
 * A path that may not be read, is not there, or never had that version is refused the same way, before anything is appended.
 */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import type { LRUCache } from 'lru-cache';
import { isReportable, isUsable } from '../../events/rollout/decide.ts';
import { refuse, type Refusal } from '../../events/refusal.ts';
import { REPORT_AGAIN_MS, ReportRequest, type ReportReply } from '../../protocol/operations.ts';
import { latest } from '../latest.ts';
import { parseBody } from '../request/body.ts';
import { identify, type Asker, type IdentifyParts } from '../request/identify.ts';
import type { Opened } from '../request/open.ts';
import type { Allowance } from '../request/rate-limit.ts';
import { isLater } from '../soon.ts';
import type { Gather, Reporter } from './gather.ts';

export type ReportParts = IdentifyParts & {
  readonly gather: Gather;
  /** By service. */
  readonly reports: Allowance;
};

/** What is told stays in the log for ever; of a rotation, all processes of a service tell at once. */
export const REPORTS = { perSecond: 200, atOnce: 5_000 } as const;

/** So many are remembered as told; what is forgotten makes one more record. */
const TOLD_MAX = 100_000;
/** Who tells it again after that is still there, which is worth a record. */
const TOLD = { ttl: REPORT_AGAIN_MS / 2 } as const;

type Told = LRUCache<string, number>;
type RunHere = ReportRequest['applied'][number];
type Answer = Promise<Either<Refusal, ReportReply>>;

const take = async ({ replica: { fold }, gather }: ReportParts, told: Told, by: Reporter, { instance, applied, used: claimed }: ReportRequest): Answer => {
  const nameOf = ({ path }: RunHere): string => `${by.service} ${by.credential} ${instance} ${path}`;
  const isOld = (one: RunHere): boolean => told.get(nameOf(one)) === one.version;
  const now = Math.max(fold.world.now, Date.now());
  const possible = applied.filter((one) => isReportable(fold.world, by, one, now));
  const news = possible.filter((one) => !isOld(one));
  const used = claimed.filter((one) => isUsable(fold.world, by.service, one));
  const gathered = news.length + used.length === 0 ? right({ applied: [] }) : await gather(by, { instance, applied: news, used });
  if (isLeft(gathered)) return gathered;
  const isIn = ({ path, version }: RunHere): boolean => gathered.right.applied.some((one) => one.path === path && one.version === version);
  for (const one of news) if (isIn(one)) told.set(nameOf(one), one.version, TOLD);
  const known = new Set(possible.filter((one) => isOld(one)));
  return right({ refused: applied.filter((one) => !known.has(one)).map(({ path }) => path) });
};

const takeFrom = (parts: ReportParts, told: Told, { service, credential, opened }: Asker): Answer | Either<Refusal, never> => {
  const body = parseBody(ReportRequest, opened.request.body);
  if (isLeft(body)) return body;
  opened.session.remember(service);
  if (!parts.reports.use(service, 1 + body.right.used.length)) return left(refuse('busy'));
  return take(parts, told, { service, credential: credential.fingerprint, client: opened.request.client }, body.right);
};

export const makeReport = (parts: ReportParts): ((opened: Opened) => Answer) => {
  const told: Told = latest(TOLD_MAX);
  return async (opened) => {
    const identified = identify(parts, opened);
    const asker = isLater(identified) ? await identified : identified;
    return isLeft(asker) ? asker : takeFrom(parts, told, asker.right);
  };
};
