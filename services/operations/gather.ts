/** Reports of one credential that come in a moment, in one record: a hundred processes that apply a rotation are one event, not a hundred. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { randomId } from '../../crypto/random.ts';
import { isReportable } from '../../events/rollout/decide.ts';
import type { Applied, Used } from '../../events/rollout/rollout.ts';
import type { CommandOf } from '../../events/command.ts';
import { refuse, type Refusal } from '../../events/refusal.ts';
import type { Id } from '../../events/vocabulary.ts';
import { prepareNothing, type Execute } from '../log/execute.ts';
import type { Replica } from '../log/replica.ts';

type Command = CommandOf<'rollout.report'>;
export type Reporter = Pick<Command, 'service' | 'credential' | 'client'>;
type AppliedHere = Pick<Applied, 'path' | 'version'>;
export type Report = { readonly instance: Id; readonly applied: ReadonlyArray<AppliedHere>; readonly used: ReadonlyArray<Used> };

/** What of all that was gathered stands in the log now. */
type Told = Either<Refusal, Pick<Command, 'applied'>>;
export type Gather = (by: Reporter, report: Report) => Promise<Told>;

/** Long enough for all processes of a service to hear of a rotation, and short beside what a person waits for. */
const GATHER_MS = 50;
/** A record is below what NATS takes, 1 MiB: a use is up to 1.1 kB of it, in the command and in its event, the version that a process runs an eighth of that. */
const IN_ONE_MAX = 5_000;
const USE_WEIGHT = 8;
const ROUNDS = 3;

type Batch = {
  readonly reports: Report[];
  readonly told: Promise<Told>;
};

/** The processes of each version of each path together. */
const appliedIn = (reports: ReadonlyArray<Report>): ReadonlyArray<Applied> => {
  const all = new Map<string, AppliedHere & { readonly instances: Set<Id> }>();
  for (const { instance, applied } of reports)
    for (const { path, version } of applied) {
      const name = `${version} ${path}`;
      const one = all.get(name) ?? { path, version, instances: new Set<Id>() };
      one.instances.add(instance);
      all.set(name, one);
    }
  return [...all.values()].map((one) => ({ ...one, instances: [...one.instances] }));
};

const usedIn = (reports: ReadonlyArray<Report>): ReadonlyArray<Used> =>
  [...new Map(reports.flatMap(({ used }) => used).map((one) => [one.id, one])).values()];

const sizeOf = (reports: ReadonlyArray<Report>): number => reports.reduce((sum, { applied, used }) => sum + applied.length + USE_WEIGHT * used.length, 0);

type Parts = { readonly replica: Replica; readonly execute: Execute };

/** Who loses access in the middle of it does not take the reports of the others with them. */
const tell = async ({ replica: { fold }, execute }: Parts, by: Reporter, reports: ReadonlyArray<Report>): Promise<Told> => {
  const [all, used] = [appliedIn(reports), usedIn(reports)];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const now = Math.max(fold.world.now, Date.now());
    const applied = all.filter((one) => isReportable(fold.world, by, one, now));
    const executed = await execute({ by: 'service', id: randomId(), command: { operation: 'rollout.report', ...by, applied, used } }, prepareNothing);
    if (!isLeft(executed)) return right({ applied });
    if (executed.left.code !== 'refused') return executed;
  }
  return left(refuse('unavailable'));
};

export const makeGather = (parts: Parts): Gather => {
  const open = new Map<string, Batch>();
  const begin = (name: string, by: Reporter): Batch => {
    const reports: Report[] = [];
    const end = (): Promise<Told> => {
      if (open.get(name)?.reports === reports) open.delete(name);
      return tell(parts, by, reports);
    };
    const batch = { reports, told: new Promise<void>((resolve) => setTimeout(resolve, GATHER_MS)).then(end) };
    open.set(name, batch);
    return batch;
  };
  return (by, report) => {
    const name = JSON.stringify(by);
    const batch = open.get(name) ?? begin(name, by);
    batch.reports.push(report);
    if (sizeOf(batch.reports) >= IN_ONE_MAX) open.delete(name);
    return batch.told;
  };
};
