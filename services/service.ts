/** The composition root: every part made once, joined here, and stopped in the opposite order. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { messageHash } from '../crypto/log.ts';
import type { Folded } from '../events/fold/verdict.ts';
import type { Event } from '../events/event.ts';
import { readModels } from '../projections/read.ts';
import { startProjector } from '../projections/run.ts';
import { makeHandle, type Handle } from './doors/handle.ts';
import { failure, type Failure } from './failure.ts';
import { makeHttp } from './http/server.ts';
import { awaitKey } from './keyring/await-key.ts';
import type { Created } from './keyring/create.ts';
import { makeCommits, type Commits } from './log/commit.ts';
import { writeHead } from './log/head-file.ts';
import { becomeReady } from './log/ready.ts';
import { logCrypto, type Health } from './log/replica.ts';
import { makeTidy } from './log/tidy.ts';
import { makeValues } from './log/values.ts';
import { logAccess, makeLogger } from './observe/access-log.ts';
import { makeMetrics } from './observe/metrics.ts';
import { sumRefusals } from './observe/refusals.ts';
import { makeAdmin } from './operations/admin.ts';
import { makeFollowUps } from './operations/follow-ups.ts';
import { makeGet } from './operations/get.ts';
import { makeBoxKeys } from './operations/keys.ts';
import { makeNotices } from './operations/notices.ts';
import { makePrepare } from './operations/prepare.ts';
import { makeViews } from './operations/queries.ts';
import { makeRegister } from './operations/register.ts';
import { makeReplays } from './request/replays.ts';
import { makeSessions } from './request/sessions.ts';
import { start, type Started, type StartOptions } from './start.ts';

export type ServiceOptions = StartOptions & {
  readonly http: { readonly host: string; readonly port: number };
  readonly logLevel: string;
};

export type Service = {
  readonly httpUrl: string;
  readonly identity: Created;
  readonly health: () => Health;
  readonly stop: () => Promise<void>;
};

const REFUSALS_EVERY_MS = 1_000;
const HEAD_EVERY_MS = 5_000;
const TIDY_EVERY_MS = 60_000;

/** Events after which something has to follow. */
const isFollowed = ({ type }: Event): boolean =>
  ['SecretDeleted', 'NamespaceDeleted', 'NamespaceKeyReplaced', 'KeyAdded', 'OperatorKeyReplaced'].includes(type);

const hasFollowed = ({ verdict }: Folded): boolean => verdict._tag === 'state' && verdict.record.events.some(isFollowed);

const every = (ms: number, task: () => unknown): (() => void) => {
  const timer = setInterval(() => void task(), ms);
  return () => {
    clearInterval(timer);
  };
};

const build = async ({ broker, logLevel }: ServiceOptions, { replica, execute }: Started) => {
  const logger = makeLogger(logLevel);
  const metrics = makeMetrics(replica);
  const refusals = sumRefusals();
  const commits = makeCommits(replica);
  const values = makeValues(replica);
  const prepare = makePrepare({ replica, values });
  const tidy = makeTidy(replica, execute, prepare(null));
  const boxKeys = makeBoxKeys(replica, execute);
  const projector = await startProjector({
    ...{ log: replica.log, subjects: replica.subjects, store: broker.views, replica: replica.id },
    crypto: logCrypto(replica.keyring),
    loadKey: async (key) => !isLeft(await awaitKey(replica.keyring, key, () => !replica.health().failed)),
    hash: messageHash,
    onFailure: (failed) => {
      logger.error({ why: typeof failed === 'object' ? failed._tag : failed }, 'read models stand still');
    },
  });
  const access = logAccess(logger);
  const handle: Handle = makeHandle({
    replica,
    opener: { sessions: makeSessions(), boxKey: boxKeys.secret },
    replays: makeReplays(),
    keys: boxKeys.told,
    register: makeRegister(replica, execute),
    get: makeGet({
      replica,
      commits,
      execute,
      values,
      followUps: makeFollowUps(replica, execute),
      onAccess: (seen) => {
        access(seen);
        metrics.read(seen.outcome);
      },
    }),
    admin: makeAdmin({ replica, execute, prepare, views: makeViews(replica, readModels(broker.views), projector), tidy }),
    onRefused: (code, service) => {
      refusals.add(code, service);
      metrics.refused(code);
    },
    onDefect: (error) => {
      logger.error({ err: error }, 'defect');
    },
  });
  return { logger, metrics, refusals, commits, tidy, boxKeys, projector, handle };
};

type Parts = Awaited<ReturnType<typeof build>>;

const watch = ({ broker, dataDir }: ServiceOptions, { replica, created }: Started, parts: Parts): (() => void) => {
  const notices = makeNotices(broker.publish, replica);
  replica.onFolded((folded) => {
    parts.metrics.folded(folded.verdict._tag);
    notices(folded);
    if (folded.verdict._tag === 'skipped' || folded.verdict._tag === 'void')
      parts.logger.warn({ sequence: folded.seq, verdict: folded.verdict._tag }, 'a message of the log does not count');
    if (replica.health().ready && hasFollowed(folded)) setImmediate(() => void parts.tidy());
  });
  const stops = [
    every(REFUSALS_EVERY_MS, () => {
      const sums = parts.refusals.take();
      if (sums.length > 0) parts.commits.note(sums);
    }),
    every(HEAD_EVERY_MS, () => {
      writeHead(dataDir, created, replica);
    }),
    every(TIDY_EVERY_MS, async () => {
      await parts.boxKeys.renew();
      await parts.tidy();
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
};

const listen = async ({ http }: ServiceOptions, { metrics }: Parts, health: () => Health): Promise<Either<Failure, { readonly url: string; readonly close: () => Promise<void> }>> => {
  const server = makeHttp({ health, metrics });
  try {
    const url = await server.listen(http);
    return right({ url, close: () => server.close() });
  } catch (error) {
    return left(failure('config', `cannot listen on ${http.host}:${http.port} (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`, 'choose another port with --http-port'));
  }
};

/** Ready again after the log was lost and is back: proved by a message of our own. */
const staysReady = ({ replica }: Started, commits: Commits): void => {
  replica.onResumed(() => void becomeReady(replica, commits));
};

/**
 * Starts a replica and resolves when it answers requests.
 * @returns a failure that says what to mend; then nothing was served
 */
export const startService = async (options: ServiceOptions): Promise<Either<Failure, Service>> => {
  const started = await start(options);
  if (isLeft(started)) return started;
  const { replica, identity, created } = started.right;
  const parts = await build(options, started.right);
  const unwatch = watch(options, started.right, parts);
  staysReady(started.right, parts.commits);
  const listening = await listen(options, parts, replica.health);
  const isReady = !isLeft(listening) && (await becomeReady(replica, parts.commits));
  if (isLeft(listening) || !isReady) {
    await replica.stop();
    return isLeft(listening) ? listening : left(failure('unavailable', replica.health().why, 'check nats-server'));
  }
  await parts.boxKeys.renew();
  await parts.tidy();
  const door = await options.broker.serve(options.subjects, parts.handle);
  const stop = async (): Promise<void> => {
    await door.close();
    unwatch();
    const last = parts.refusals.take();
    if (last.length > 0) parts.commits.note(last);
    await parts.commits.barrier(1_000);
    await parts.projector.close();
    writeHead(options.dataDir, created, replica);
    await replica.stop();
    await listening.right.close();
  };
  return right({ httpUrl: listening.right.url, identity, health: replica.health, stop });
};
