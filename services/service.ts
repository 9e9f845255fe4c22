/** The composition root: every part made once, joined here, and stopped in the opposite order. */
import { hostname } from 'node:os';
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import type { DestinationStream, Logger } from 'pino';
import type { Redacted } from '../crypto/redacted.ts';
import type { Event } from '../events/event.ts';
import type { Folded } from '../events/fold/verdict.ts';
import { isLoopback } from '../protocol/loopback.ts';
import type { ListenerView } from '../protocol/pages.ts';
import type { Door } from './broker.ts';
import { failure, type Failure } from './failure.ts';
import { makeAuth } from './http/auth/auth.ts';
import { makeLogins } from './http/auth/logins.ts';
import { listen, type HttpAt, type Listening } from './http/listen.ts';
import type { Auth } from './http/principal.ts';
import { makeOpenValue } from './http/sealed-value.ts';
import type { Created } from './keyring/create.ts';
import { watchKeys } from './keyring/watch-keys.ts';
import { watchClock } from './log/clock.ts';
import type { Commits } from './log/commit.ts';
import { keepHead } from './log/head-file.ts';
import { becomeReady } from './log/ready.ts';
import type { Health, Replica } from './log/replica.ts';
import { makeSaver } from './log/saver.ts';
import { makeLogger } from './observe/access-log.ts';
import { tellUncounted } from './observe/uncounted.ts';
import { makeNotices } from './operations/notices.ts';
import { makeParts, type Parts } from './parts.ts';
import { start, type Started, type StartOptions } from './start.ts';

export type NamespaceOptions = { readonly sharedSecret?: Redacted<string> | undefined; readonly keyInUrl?: boolean };

export type ServiceOptions = StartOptions & {
  readonly http: HttpAt;
  readonly logLevel: string;
  /** What those share with the service who make namespaces and use them, and whether an access key may stand in a URL. */
  readonly namespaces?: NamespaceOptions;
  /** Who calls by HTTP, where not those who have a session or a token. */
  readonly auth?: Auth;
  /** Where logs go; stderr unless given. */
  readonly logTo?: DestinationStream;
};

export type Service = {
  readonly httpUrl: string;
  readonly identity: Created;
  readonly health: () => Health;
  readonly stop: () => Promise<void>;
};

const REFUSALS_EVERY_MS = 1_000;
const SAVE_EVERY_MS = 10_000;
const HEALTH_EVERY_MS = 1_000;
const CLOCK_EVERY_MS = 1_000;
const TIDY_EVERY_MS = 60_000;

/** Events after which something has to follow. */
const isFollowed = ({ type }: Event): boolean =>
  ['SecretDeleted', 'NamespaceDeleted', 'NamespaceKeyRetired', 'NamespaceKeyReplaced', 'KeyAdded', 'KeyRetired', 'OperatorKeyReplaced'].includes(type);

const hasFollowed = ({ verdict }: Folded): boolean => verdict._tag === 'state' && verdict.record.events.some(isFollowed);

const every = (ms: number, task: () => unknown): (() => void) => {
  const timer = setInterval(() => void task(), ms);
  return () => {
    clearInterval(timer);
  };
};

/** Says when requests are answered again, or not any more, and why. */
const tellHealth = (health: () => Health, logger: Logger): (() => void) => {
  let before = true;
  return () => {
    const { ready, why } = health();
    if (ready !== before) logger.warn(ready ? {} : { why }, ready ? 'ready again' : 'not ready');
    before = ready;
  };
};

const watch = ({ broker, dataDir }: ServiceOptions, { replica, created, holders }: Started, parts: Parts, save: () => Promise<void>): (() => Promise<void>) => {
  const stopHead = keepHead(dataDir, created, replica);
  const uncounted = tellUncounted(parts.logger);
  const notices = makeNotices(broker.publish, replica);
  watchKeys(replica, (ids) => {
    parts.forgetSessions(ids);
    parts.contents.forget();
  });
  replica.onFolded((folded) => {
    parts.metrics.folded(folded.verdict._tag);
    notices(folded, parts.watch.folded(folded));
    uncounted(folded);
    if (replica.health().ready && hasFollowed(folded)) setImmediate(() => void parts.tidy());
  });
  const stops = [
    every(REFUSALS_EVERY_MS, () => {
      const sums = parts.refusals.take();
      if (sums.length > 0) parts.commits.note(sums);
    }),
    every(SAVE_EVERY_MS, save),
    every(HEALTH_EVERY_MS, tellHealth(replica.health, parts.logger)),
    every(CLOCK_EVERY_MS, watchClock(replica, () => void becomeReady(replica, parts.commits))),
    every(TIDY_EVERY_MS, async () => {
      if (!replica.health().ready) return;
      await holders.others();
      await parts.boxKeys.renew();
      await parts.tidy();
    }),
  ];
  return () => {
    for (const stop of stops) stop();
    return stopHead();
  };
};

/** Known once it listens: what is told of it is asked for later. */
type Place = { listener?: ListenerView };

/** Sessions and API tokens pass there as they are. A proxy that adds TLS may stand before it, so it is no failure. */
const tellPlain = ({ host, tls }: HttpAt, logger: Logger): void => {
  if (tls !== undefined || isLoopback(host)) return;
  logger.warn({ host }, 'HTTP without TLS: whoever is on the way takes sessions and API tokens; give --tls-cert and --tls-key, or leave --http-host out');
};

/** Who gives further origins is reached from elsewhere, by a proxy or a port that leads here: who comes that way looks like this machine. */
const isLocal = ({ host, origins = [] }: HttpAt): boolean => isLoopback(host) && origins.length === 0;

const openHttp = async ({ http, auth: given, namespaces }: ServiceOptions, parts: Parts, replica: Replica, place: Place): Promise<Either<Failure, Listening>> => {
  const logins = makeLogins(replica.fold);
  const auth = given ?? makeAuth(replica, logins);
  const { origins = [] } = http;
  const listening = await listen({ ...parts, replica, auth, logins, console: http.console, origins, forged: auth.forged, openValue: makeOpenValue(parts.opener), isLocal: isLocal(http), keyInUrl: namespaces?.keyInUrl === true }, http);
  if (isLeft(listening)) return listening;
  tellPlain(http, parts.logger);
  place.listener = { machine: hostname(), url: listening.right.url, origins };
  return listening;
};

/** Ready again after the log was lost and is back: proved by a message of our own. */
const staysReady = ({ replica }: Started, commits: Commits): void => {
  replica.onResumed(() => void becomeReady(replica, commits));
};

/** Closed at the end, or before that when the replica failed for good: another one may answer what this one never will again. */
const closeOnce = (door: Door, replica: Replica): (() => Promise<void>) => {
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= door.close());
  replica.onFailed(() => void close());
  if (replica.health().failed) void close();
  return close;
};

const loggerOf = ({ logLevel, logTo }: ServiceOptions, unused: string | undefined): Logger => {
  const logger = makeLogger(logLevel, logTo);
  if (unused !== undefined) logger.warn({ why: unused }, 'the saved fold is not used, everything was folded again');
  return logger;
};

/** The log may have been lost meanwhile: whoever is let in before it is back would be turned away, and another replica could have answered. */
const openDoor = async ({ broker }: ServiceOptions, { replica }: Started, { commits, admission, known }: Parts): Promise<() => Promise<void>> => {
  if (!replica.health().ready) await becomeReady(replica, commits);
  return closeOnce(await broker.serve(admission, replica.id, known), replica);
};

/**
 * Starts a replica and resolves when it answers requests.
 * @returns a failure that says what to mend; then nothing was served
 */
export const startService = async (options: ServiceOptions): Promise<Either<Failure, Service>> => {
  const started = await start(options);
  if (isLeft(started)) return started;
  const { replica, execute, holders, identity, unused } = started.right;
  const logger = loggerOf(options, unused);
  let tellOpen = (): void => undefined;
  const open = new Promise<void>((resolve) => (tellOpen = resolve));
  const place: Place = {};
  const parts = await makeParts({ sharedSecret: options.namespaces?.sharedSecret, replica, execute, holders, broker: options.broker, logger, open, listener: () => place.listener });
  const save = makeSaver(options.dataDir, replica);
  const unwatch = watch(options, started.right, parts, save);
  staysReady(started.right, parts.commits);
  const listening = await openHttp(options, parts, replica, place);
  const isReady = !isLeft(listening) && (await becomeReady(replica, parts.commits));
  const end = async (): Promise<void> => {
    await unwatch();
    await parts.projector.close();
    await replica.stop();
    if (!isLeft(listening)) await listening.right.close();
  };
  if (isLeft(listening) || !isReady) {
    const { why } = replica.health();
    await end();
    return isLeft(listening) ? listening : left(failure(why.startsWith('history') ? 'history' : 'unavailable', why, 'check nats-server'));
  }
  await holders.others();
  await parts.tidy();
  await parts.boxKeys.renew();
  const closeDoor = await openDoor(options, started.right, parts);
  tellOpen();
  const stop = async (): Promise<void> => {
    await Promise.all([closeDoor(), listening.right.close()]);
    const last = parts.refusals.take();
    if (last.length > 0) parts.commits.note(last);
    if (replica.health().ready) await parts.commits.barrier(1_000);
    await save();
    await end();
  };
  return right({ httpUrl: listening.right.url, identity, health: replica.health, stop });
};
