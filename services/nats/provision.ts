/** Makes the stream and the buckets, once; and looks, at every start, whether they are as they must be. */
import { JetStreamApiError, JetStreamApiCodes, jetstreamManager } from '@nats-io/jetstream';
import type { JetStreamManager, StreamInfo } from '@nats-io/jetstream';
import * as E from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { NatsConnection } from 'nats';
import { deniedIn } from '../../events/log/denied.ts';
import { serverTime } from '../../events/log/jetstream-reader.ts';
import type { Subjects } from '../../events/subjects.ts';
import { OTHER_NATS_USER } from '../failure.ts';
import { CLOCK_DISTANCE_MS_MAX, clockDistance, versionTooOld } from './server-check.ts';
import { differences, wantedConfigs } from './stream-config.ts';
import type { Difference, Replicas } from './stream-config.ts';

export type { Difference } from './stream-config.ts';

export type ProvisionFailure = {
  readonly _tag: 'provision';
  /** Whether it may be so only for now: nothing was found wrong, the server did not answer. */
  readonly retryable: boolean;
  readonly why: string;
  readonly hint: string;
  readonly about: 'streams' | 'clock';
  /** What is not as it must be, where that is the reason. */
  readonly differences: ReadonlyArray<Difference>;
};

export type Checked = {
  readonly version: string;
  readonly replicas: Replicas;
  /** What the server says of when the stream was made. */
  readonly created: string;
  /** How far the server's clock is ahead of ours at least, in milliseconds; below 0 if it is behind. */
  readonly clockMs: number;
};

export type Provisioned = Checked & {
  /** Names of the streams that were not there before. */
  readonly made: ReadonlyArray<string>;
};

const failed = (why: string, hint: string, more: Partial<Pick<ProvisionFailure, 'retryable' | 'differences' | 'about'>> = {}): ProvisionFailure => ({
  _tag: 'provision',
  retryable: false,
  about: 'streams',
  differences: [],
  why,
  hint,
  ...more,
});

const unanswered = (error: unknown): ProvisionFailure => {
  const why = error instanceof Error ? error.message : 'no answer';
  const isDenied = deniedIn(why) !== undefined;
  return failed(`jetstream does not answer: ${why}`, isDenied ? OTHER_NATS_USER : 'check that JetStream is enabled on nats-server', { retryable: !isDenied });
};

type Found = { readonly info: StreamInfo; readonly clockMs: number };

const lookAt = async (manager: JetStreamManager, name: string): Promise<Found | undefined> => {
  const asked = Date.now();
  try {
    const info = await manager.streams.info(name);
    return { info, clockMs: clockDistance(asked, serverTime(info), Date.now()) };
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound) return undefined;
    throw error;
  }
};

const managed = <A>(nc: NatsConnection, work: (manager: JetStreamManager) => Promise<A>): TaskEither<ProvisionFailure, A> =>
  TE.tryCatch(async () => work(await jetstreamManager(nc, { checkAPI: false })), unanswered);

const serverIsFit = (version: string, replicas: number, clockMs: number): Either<ProvisionFailure, void> => {
  const wanted = versionTooOld(version, replicas);
  if (wanted !== undefined)
    return E.left(failed(`nats-server is ${version}; with ${replicas} ${replicas === 1 ? 'replica' : 'replicas'} it must be ${wanted}`, 'update nats-server'));
  if (Math.abs(clockMs) <= CLOCK_DISTANCE_MS_MAX) return E.right(undefined);
  const where = clockMs > 0 ? 'ahead of' : 'behind';
  return E.left(failed(`the clock of nats-server is ${Math.abs(clockMs)} ms ${where} the one here`, 'set both by NTP', { about: 'clock' }));
};

const asTold = (found: ReadonlyArray<Difference>): Either<ProvisionFailure, void> => {
  const [first] = found;
  if (first === undefined) return E.right(undefined);
  const more = found.length === 1 ? '' : `; and ${found.length - 1} more`;
  return E.left(failed(`${first.stream}: ${first.field} is ${first.found} and must be ${first.wanted}${more}`, first.mend, { differences: found }));
};

const isReplicas = (count: number): count is Replicas => count === 1 || count === 3;

/** Buckets must be as safe as the stream: they are wanted with as many replicas as that has. */
const judge = (nc: NatsConnection, subjects: Subjects, found: ReadonlyMap<string, Found>): Either<ProvisionFailure, Checked> => {
  const version = nc.info?.version ?? '0.0.0';
  const log = found.get(subjects.stream);
  const replicas = log?.info.config.num_replicas ?? 1;
  const wanted = wantedConfigs(subjects, isReplicas(replicas) ? replicas : 3);
  const missing = wanted.filter(({ name }) => !found.has(name)).map(({ name }) => name);
  if (log === undefined || missing.length > 0) return E.left(failed(`${missing.join(', ')}: not there`, 'make what is missing with: jetlock init'));
  return pipe(
    serverIsFit(version, replicas, log.clockMs),
    E.chain(() => asTold(wanted.flatMap((config) => differences(found.get(config.name)?.info.config ?? {}, config)))),
    E.map(() => ({ version, replicas: isReplicas(replicas) ? replicas : 3, created: log.info.created, clockMs: log.clockMs })),
  );
};

const lookAtAll = (nc: NatsConnection, subjects: Subjects): TaskEither<ProvisionFailure, ReadonlyMap<string, Found>> =>
  managed(nc, async (manager) => {
    const found = new Map<string, Found>();
    for (const { name } of wantedConfigs(subjects, 1)) {
      const one = await lookAt(manager, name);
      if (one !== undefined) found.set(name, one);
    }
    return found;
  });

/**
 * Whether the stream and the buckets are there and as they must be, and the server fit to hold them. Needs the right to ask
 * `$JS.API.STREAM.INFO` for each; changes nothing.
 */
export const checkStream = (nc: NatsConnection, subjects: Subjects): TaskEither<ProvisionFailure, Checked> =>
  pipe(
    lookAtAll(nc, subjects),
    TE.chainEitherK((found) => judge(nc, subjects, found)),
  );

/** What a stream holds. `firstTime`: when its first message was stored, as the server writes it, to the nanosecond. */
export type StreamFacts = { readonly messages: number; readonly last: number; readonly firstTime: string };

/** Those of the stream and the buckets that are there, by the names of their streams. */
export const foundStreams = (nc: NatsConnection, subjects: Subjects): TaskEither<ProvisionFailure, ReadonlyMap<string, StreamFacts>> =>
  pipe(
    lookAtAll(nc, subjects),
    TE.map((found) => new Map([...found].map(([name, { info: { state } }]) => [name, { messages: state.messages, last: state.last_seq, firstTime: state.first_ts }]))),
  );

/** Makes those of the streams that are not there. @returns their names */
export const makeMissing = (nc: NatsConnection, configs: ReturnType<typeof wantedConfigs>): TaskEither<ProvisionFailure, ReadonlyArray<string>> =>
  managed(nc, async (manager) => {
    const made: string[] = [];
    for (const config of configs) {
      if ((await lookAt(manager, config.name)) !== undefined) continue;
      await manager.streams.add(config);
      made.push(config.name);
    }
    return made;
  });

/**
 * Makes what is missing, then looks at all of it. What is there stays as it is, also where it is not as it must be: that is the
 * failure then, and says how to mend it.
 * @param options.replicas 1 on a single server; 3 in a cluster
 */
export const provision = (nc: NatsConnection, subjects: Subjects, { replicas }: { readonly replicas: Replicas }): TaskEither<ProvisionFailure, Provisioned> =>
  pipe(
    TE.fromEither(serverIsFit(nc.info?.version ?? '0.0.0', replicas, 0)),
    TE.chain(() => makeMissing(nc, wantedConfigs(subjects, replicas))),
    TE.chain((made) => TE.map((checked: Checked) => ({ ...checked, made }))(checkStream(nc, subjects))),
  );
