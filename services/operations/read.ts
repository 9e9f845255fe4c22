/**
 * A read, once it is known who asks: which paths fit into one reply → append the attempt → the outcome at its own place in the
 * log → open the values. What was refused becomes a card for an admin after the reply, never before it, so that missing,
 * disabled, denied and ungranted take the same steps.
 */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { randomId } from '../../crypto/random.ts';
import type { ReadRef } from '../../events/access/access.ts';
import { decideRead, type Outcome } from '../../events/read/decide.ts';
import { refuse, type Refusal } from '../../events/refusal.ts';
import { sure, Sequence, type Instant, type SecretPath, type ServiceName, type Version } from '../../events/vocabulary.ts';
import type { GetReply, GetRequest } from '../../protocol/operations.ts';
import { ageFromNow } from '../log/age.ts';
import { STALE_MS, type Commits, type Committed } from '../log/commit.ts';
import { prepareNothing, type Execute } from '../log/execute.ts';
import type { Replica } from '../log/replica.ts';
import type { Values } from '../log/values.ts';
import type { Asker, IdentifyParts } from '../request/identify.ts';
import type { Allowance } from '../request/rate-limit.ts';
import { andThen, isLater, type Soon } from '../soon.ts';
import type { FollowUps } from './follow-ups.ts';
import { fitting } from './reply-room.ts';

export type ReadParts = IdentifyParts & {
  readonly commits: Commits;
  readonly execute: Execute;
  readonly values: Values;
  readonly followUps: FollowUps;
  readonly onAccess: (access: AccessSeen) => void;
};

/** One path of one answered read, for the access log and the metrics. */
export type AccessSeen = {
  readonly service: ServiceName;
  readonly credential: string;
  readonly path: SecretPath;
  readonly outcome: string;
  readonly seq: number;
  readonly request: string;
  readonly client: { readonly name: string; readonly version: string };
};

type Result = GetReply['results'][number];

/** How many of the paths fit by the sizes of now; one always does. */
const fittingNow = ({ fold }: Replica, { service, credential }: Asker, paths: ReadonlyArray<SecretPath>): number =>
  paths.length === 1 ? 1 : fitting(decideRead(fold.world, { service, credential: credential.fingerprint, paths, offline: false }, Math.max(fold.world.now, Date.now())));

type Given = Pick<Extract<Outcome, { result: 'allowed' }>, 'path' | 'version' | 'offlineUntil'>;

const withValue = ({ values }: ReadParts, { path, version, offlineUntil }: Given): Soon<Either<Refusal, Result>> =>
  andThen(values.told(path, version), (value) =>
    value === undefined ? left(refuse('unavailable')) : right({ path, outcome: 'value', version: version.version as Version, offlineUntil: offlineUntil as Instant | null, value }),
  );

type Spending = Extract<Outcome, { result: 'spending' }>;

/** A grant for one read is spent by an event of its own; only if that counts is the value given. */
const spend = async ({ execute }: ReadParts, { service, credential }: Asker, outcome: Spending, read: ReadRef): Promise<Either<Refusal, boolean>> => {
  const { path, target } = outcome;
  const command = { operation: 'access.consume', service, credential: credential.fingerprint, target, path, read } as const;
  const executed = await execute({ by: 'replica', id: randomId(), command }, prepareNothing);
  if (!isLeft(executed)) return right(executed.right.seq > 0);
  // Refused for good is only what was decided: what could not be written may still be had.
  return executed.left.code === 'spent' ? right(false) : left(refuse('unavailable'));
};

const ifSpent = async (parts: ReadParts, asker: Asker, outcome: Spending, read: ReadRef): Promise<Either<Refusal, Result>> => {
  const given = await spend(parts, asker, outcome, read);
  if (isLeft(given)) return given;
  return given.right ? withValue(parts, { ...outcome, offlineUntil: null }) : right({ path: outcome.path, outcome: 'refused' });
};

const resultOf = (parts: ReadParts, asker: Asker, outcome: Outcome, read: ReadRef): Soon<Either<Refusal, Result>> => {
  if (outcome.result === 'refused') return right({ path: outcome.path, outcome: 'refused' });
  return outcome.result === 'spending' ? ifSpent(parts, asker, outcome, read) : withValue(parts, outcome);
};

const answer = async (parts: ReadParts, asker: Asker, { seq: at, outcomes, messageHash }: Committed, cut: ReadonlyArray<SecretPath>): Promise<Either<Refusal, GetReply>> => {
  const { request } = asker.opened;
  const seq = sure(Sequence, at);
  const seen = ({ path }: Outcome, outcome: string): void =>
    parts.onAccess({ service: asker.service, credential: asker.credential.fingerprint, path, outcome, seq, request: request.id, client: request.client });
  // Longer versions may have been written since the paths were counted: what no longer fits stays in the log as decided, and is not delivered.
  const count = fitting(outcomes);
  const late = outcomes.slice(count);
  const results: Result[] = [];
  for (const outcome of outcomes.slice(0, count)) {
    const made = resultOf(parts, asker, outcome, { seq, id: request.id });
    const result = isLater(made) ? await made : made;
    if (isLeft(result)) return result;
    results.push(result.right);
    seen(outcome, result.right.outcome === 'value' ? 'allowed' : outcome.result === 'refused' ? outcome.reason : 'spent');
  }
  for (const outcome of late) seen(outcome, 'undelivered');
  return right({ seq, messageHash, checkpoint: null, results, more: [...late.map(({ path }) => path), ...cut] });
};

/**
 * Each read is a record for ever. Whoever has something to read may make as many as they like; reads that give nothing are
 * for asking again now and then, by many processes of a service at once when it is told of a change.
 */
export const REFUSED_READS = { perSecond: 100, atOnce: 500 } as const;
/** Who has had more of them lately than a program that begins has few under way: each is as much work as one that gives something. */
const FRUITLESS = 20;
export const isFruitlessBy =
  (refusedReads: Allowance) =>
  (name: string): boolean =>
    !refusedReads.isLeft(name, REFUSED_READS.atOnce - FRUITLESS);

/** What the log set off, as when a grant of many processes is revoked, is nobody's to make up for; what was asked for is. */
export const oweIfRefused = (refusedReads: Allowance, service: ServiceName, { results }: GetReply): void => {
  if (results.every(({ outcome }) => outcome === 'refused')) refusedReads.owe(service);
};

/** For each path what it is, or that it is refused; where all of it was decided too long ago, `unavailable`. */
export type Read = (asker: Asker, wanted: GetRequest['paths'], offline: boolean) => Promise<Either<Refusal, GetReply>>;

export const makeRead =
  (parts: ReadParts): Read =>
  async (asker, wanted, offline) => {
    const { service, credential } = asker;
    const { id, time, client } = asker.opened.request;
    const count = fittingNow(parts.replica, asker, wanted.map(({ path }) => path));
    const paths = wanted.slice(0, count).map(({ path }) => path);
    const age = ageFromNow();
    const committed = await parts.commits.read({ id, service, credential: credential.fingerprint, paths, offline, at: time, client });
    if (isLeft(committed)) return committed;
    const reply = await answer(parts, asker, committed.right, wanted.slice(count).map(({ path }) => path));
    parts.followUps.afterRead(service, id, committed.right, wanted);
    // What was decided that long ago may have been revoked since: it stays in the log as allowed, and is not delivered.
    return age() > STALE_MS ? left(refuse('unavailable')) : reply;
  };
