/** A service whose log knows of a revoke, and what it says when that log is not the same any more. */
import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { isLeft, type Either } from 'fp-ts/lib/Either.js';
import { newTokenIdentity } from '../../client/credential.ts';
import type { Failure } from '../../services/failure.ts';
import type { ServiceOptions } from '../../services/service.ts';
import { startJetlock, subjects, type Jetlock } from './jetlock.ts';
import { until } from './latch.ts';
import { eventually } from './poll.ts';
import { codeOf, serviceOf, stepsOf } from './steps.ts';

export const SERVICE = 'rollback-api';
export const NOTICED_MS = 30_000;

/** A service that read one secret and may not read the other any more; what came after that is in the log too. */
export const startRevoked = async (t: ExecutionContext) => {
  const jetlock = await startJetlock();
  t.teardown(jetlock.stop);
  const steps = stepsOf(jetlock);
  const client = await steps.approved(SERVICE, newTokenIdentity(serviceOf(SERVICE)));
  await steps.write('prod/kept/KEY', 'kept');
  await steps.write('prod/lost/KEY', 'lost');
  await steps.grant(SERVICE, 'prod/kept/KEY');
  await steps.grant(SERVICE, 'prod/lost/KEY');
  const text = async (path = 'prod/kept/KEY'): Promise<string> => (await client.get(path)).text();
  t.is(await text('prod/lost/KEY'), 'lost');
  const { seq: revoke } = await steps.revoke(SERVICE, 'prod/lost/KEY');
  t.is(await codeOf(client.get('prod/lost/KEY')), 'refused');
  await steps.write('prod/kept/KEY', 'kept, and written again');
  const nc = await jetlock.connection();
  return { t, jetlock, steps, client, text, nc, revoke, streams: (await jetstreamManager(nc)).streams };
};
export type Setting = Awaited<ReturnType<typeof startRevoked>>;
type Streams = JetStreamManager['streams'];

export const KEPT = 'kept, and written again';
export const answersAgain = ({ text }: Setting, wanted = KEPT): Promise<true> =>
  eventually(async () => ((await until(text(), 500, 'one answer').catch(() => undefined)) === wanted ? true : undefined), NOTICED_MS, 'answers to come again');
export const lastSequence = async (streams: Streams): Promise<number> => (await streams.info(subjects.stream)).state.last_seq;

/** A start that must be refused, and may write nothing. */
export const refusedStart = async ({ jetlock, streams }: Setting, changed: Partial<ServiceOptions> = {}): Promise<Failure & { readonly wrote: number }> => {
  await jetlock.stopService();
  const before = await lastSequence(streams);
  const started = (await jetlock.restart(changed)) as Either<Failure, unknown>;
  if (!isLeft(started)) throw new Error('it started');
  return { ...started.left, wrote: (await lastSequence(streams)) - before };
};

export const refusesToStart = async (setting: Setting, message: string, changed: Partial<ServiceOptions> = {}): Promise<Failure> => {
  const refused = await refusedStart(setting, changed);
  setting.t.deepEqual([refused.kind, refused.message, refused.wrote], ['history', `history changed: ${message}`, 0]);
  return refused;
};

/** The `SEQ:HASH` that a refusal offers. */
export const offered = ({ hint }: Failure): string => /--accept-history (\S+)/.exec(hint)?.[1] ?? 'none';

export const readyz = async (jetlock: Jetlock): Promise<{ readonly status: number; readonly why: string }> => {
  const answer = await fetch(`${jetlock.service().httpUrl}/readyz`);
  return { status: answer.status, why: ((await answer.json()) as { why?: string }).why ?? '' };
};

/** A running service notices, and from its return to NATS on nobody gets an answer: those who ask all the time see none. */
export const stopsServing = async (setting: Setting, changeHistory: () => Promise<unknown>): Promise<void> => {
  const { t, jetlock, text, streams } = setting;
  await answersAgain(setting);
  await changeHistory();
  const answers: string[] = [];
  const seen = await eventually(
    async () => {
      await until(text(), 200, 'one answer').then((answer) => answers.push(answer), () => undefined);
      const found = await readyz(jetlock);
      return found.why.startsWith('history') ? found : undefined;
    },
    NOTICED_MS,
    'the change to be noticed',
  );
  t.deepEqual(seen, { status: 503, why: 'history changed: the log is not the one that was folded' });
  const before = await lastSequence(streams);
  t.is(await codeOf(text()), 'unavailable');
  t.deepEqual(answers, []);
  t.is(await lastSequence(streams), before);
};

const operatorKey = async ({ jetlock }: Setting): Promise<ServiceOptions['operatorKey']> => {
  const kept = JSON.parse(await readFile(join(jetlock.dataDir, 'data', 'operator-keys.json'), 'utf8')) as { readonly current: { readonly key: string } };
  return { current: kept.current.key, previous: undefined };
};
/** A replica that never saw anything: it has the operator's key, and an empty data directory. */
export const newcomer = async (setting: Setting): Promise<Partial<ServiceOptions>> => ({
  operatorKey: await operatorKey(setting),
  dataDir: await mkdtemp(join(setting.jetlock.dataDir, 'empty-')),
});
