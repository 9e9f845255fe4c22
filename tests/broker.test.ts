/** What the broker does to us: it stops, and is killed; and what we are started with is wrong. */
import { chmod, mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { isLeft, left, type Either } from 'fp-ts/lib/Either.js';
import { newTokenIdentity } from '../client/credential.ts';
import { fromUtf8, toBase64, utf8 } from '../crypto/bytes.ts';
import { randomBytes } from '../crypto/random.ts';
import type { Failure } from '../services/failure.ts';
import { failure } from '../services/failure.ts';
import { natsBroker } from '../services/nats/broker.ts';
import type { ServiceOptions } from '../services/service.ts';
import { writing } from './support/by-hand.ts';
import { orThrow, startJetlock, subjects } from './support/jetlock.ts';
import { until } from './support/latch.ts';
import { eventually } from './support/poll.ts';
import { codeOf, pathOf, serviceOf, stepsOf } from './support/steps.ts';
import { openWire, statementOf } from './support/wire.ts';

const jetlock = await startJetlock();
const { nats } = jetlock;
const steps = stepsOf(jetlock);
const client = await steps.approved('broker-api', newTokenIdentity(serviceOf('broker-api')));
const nc = await jetlock.connection();
const streams: JetStreamManager['streams'] = (await jetstreamManager(nc)).streams;
await steps.grant('broker-api', 'prod/broker/');
await steps.write('prod/broker/KEY', 'kept');
test.after.always(() => jetlock.stop());

const restartNats = async (): Promise<void> => {
  await nats.restart();
  await jetlock.connected();
};
const BACK_MS = 30_000;
const readText = async (): Promise<string> => (await client.get('prod/broker/KEY')).text();
const readyz = async (): Promise<{ readonly status: number; readonly why: string }> => {
  const answer = await fetch(`${jetlock.service().httpUrl}/readyz`);
  return { status: answer.status, why: ((await answer.json()) as { why?: string }).why ?? '' };
};
const notReady = () => eventually(async () => ((await readyz()).status === 503 ? readyz() : undefined), BACK_MS, '503 on /readyz');
/** Answers come again by themselves, within the limit; a request that was sent into the gap is not waited for. */
const answersAgain = (): Promise<string> =>
  eventually(() => until(readText(), 500, 'one answer').catch(() => undefined), BACK_MS, 'answers to come again');
const lastSequence = async (): Promise<number> => (await streams.info(subjects.stream)).state.last_seq;
const historyOf = async (path: string) => orThrow(await jetlock.admin.query('secret.show', { path: pathOf(path) })()).secret.history;
/** Read models may be some seconds behind after such a loss; what was decided is not. */
const wholeHistory = (path: string, versions: number): Promise<true> =>
  eventually(async () => ((await historyOf(path).catch(() => [])).length === versions ? true : undefined), BACK_MS, `${versions} versions`);

test.serial('while NATS is stopped nothing is answered and /readyz says why; then all goes on by itself', async (t) => {
  await nats.server().stop();
  const { status, why } = await notReady();
  t.is(status, 503);
  t.regex(why, /the connection to nats was lost|server shutdown/);
  t.is((await fetch(`${jetlock.service().httpUrl}/healthz`)).status, 200);
  t.is(await codeOf(client.get('prod/broker/KEY')), 'unavailable');
  await restartNats();
  t.is(await answersAgain(), 'kept');
  t.is((await readyz()).status, 200);
});

test.serial('when NATS is killed no acknowledged write is lost', async (t) => {
  for (let n = 1; n <= 5; n += 1) await steps.write('prod/broker/ACKED', `value ${n}`);
  await nats.kill9();
  await notReady();
  await restartNats();
  t.is(await answersAgain(), 'kept');
  await wholeHistory('prod/broker/ACKED', 5);
  t.is((await client.get('prod/broker/ACKED')).text(), 'value 5');
});

test.serial('writes in flight when NATS is killed count once; the same statement again gets its first outcome', async (t) => {
  const wire = await openWire(jetlock, 2_000);
  const path = 'prod/broker/FLIGHT';
  await steps.write(path, 'first');
  const statements = Array.from({ length: 24 }, (_, n) => {
    const { command, enclosed } = writing(path, utf8(`value ${n}`));
    return { signed: statementOf(jetlock.identity, command), enclosed };
  });
  type Result = { readonly changed: boolean; readonly seq: number; readonly version: number };
  const send = async ({ signed, enclosed }: (typeof statements)[number], on = wire): Promise<Result | string> => {
    const answer = await on.asAdmin(subjects.admin('secret.write'), signed, enclosed);
    return answer.refusal?.code ?? (answer.result as Result);
  };
  let acknowledged = 0;
  const sent = statements.map((statement) => send(statement).finally(() => (acknowledged += 1)).catch(() => 'no answer'));
  await eventually(() => (acknowledged >= 4 ? true : undefined), BACK_MS, 'the first writes');
  await nats.kill9();
  await restartNats();
  const first = await Promise.all(sent);
  t.true(first.every((result) => typeof result !== 'string' || ['no answer', 'unavailable', 'unknown_outcome'].includes(result)), JSON.stringify(first));
  await answersAgain();
  const patient = await openWire(jetlock, BACK_MS);
  const settled = async (statement: (typeof statements)[number]): Promise<Result | undefined> => {
    const result = await send(statement, patient);
    return typeof result === 'string' ? undefined : result;
  };
  const again = await Promise.all(statements.map((statement) => eventually(() => settled(statement), BACK_MS, 'an outcome')));
  t.deepEqual(again.map(({ version }) => version).sort((a, b) => a - b), statements.map((_, n) => n + 2));
  first.forEach((result, n) => (typeof result === 'string' ? undefined : t.deepEqual(result, again[n])));
  await wholeHistory(path, statements.length + 1);
});

/** A start that must be refused, and may write nothing. */
const refusedStart = async (changed: Partial<ServiceOptions>): Promise<Failure & { readonly wrote: number }> => {
  await jetlock.stopService();
  const before = await lastSequence();
  const started = (await jetlock.restart(changed)) as Either<Failure, unknown>;
  if (!isLeft(started)) throw new Error('it started');
  return { ...started.left, wrote: (await lastSequence()) - before };
};
const keyFile = join(jetlock.dataDir, 'data', 'operator-keys.json');
const emptyDataDir = (): Promise<string> => mkdtemp(join(jetlock.dataDir, 'empty-'));
const currentKey = async (): Promise<string> => (JSON.parse(await readFile(keyFile, 'utf8')) as { current: { key: string } }).current.key;

test.serial("a wrong operator's key, none, or one that others can read: refused before anything is written", async (t) => {
  const wrong = await refusedStart({ operatorKey: { current: toBase64(randomBytes(32)), previous: undefined } });
  t.deepEqual([wrong.kind, wrong.wrote], ['config', 0]);
  t.regex(wrong.message, /does not open with this operator key/);
  const short = await refusedStart({ operatorKey: { current: 'c2hvcnQ=', previous: undefined } });
  t.regex(short.message, /not 32 bytes/);
  t.false(short.message.includes('c2hvcnQ'));
  const none = await refusedStart({ dataDir: await emptyDataDir() });
  t.deepEqual([none.kind, none.message, none.wrote], ['config', 'there is no operator key', 0]);
  await chmod(keyFile, 0o644);
  const loose = await refusedStart({});
  t.deepEqual([loose.kind, loose.hint, loose.wrote], ['config', `chmod 600 ${keyFile}`, 0]);
  await chmod(keyFile, 0o600);
  orThrow(await jetlock.restart({ operatorKey: { current: await currentKey(), previous: undefined }, dataDir: await emptyDataDir() }));
  orThrow(await jetlock.restart());
  t.is(await readText(), 'kept');
});

test.serial('a port that is taken is refused, and leaves nothing running', async (t) => {
  const { port } = new URL(jetlock.service().httpUrl);
  const holder = (await import('node:http')).createServer();
  await jetlock.stopService();
  await new Promise<void>((resolve) => void holder.listen(Number(port), '127.0.0.1', resolve));
  const taken = await jetlock.restart({ http: { host: '127.0.0.1', port: Number(port) } });
  t.regex(isLeft(taken) ? (taken.left as Failure).message : '', /EADDRINUSE/);
  const seq = await lastSequence();
  orThrow(await jetlock.restart());
  t.true((await lastSequence()) > seq);
  holder.close();
  holder.closeAllConnections();
});

const recordOf = async (subject: string) =>
  JSON.parse(fromUtf8((await streams.getMessage(subjects.stream, { last_by_subj: subject }))?.data ?? new Uint8Array())) as { events: ReadonlyArray<{ type: string; key?: string; keys?: ReadonlyArray<string> }> };

test.serial('a delete that was cut off before its key was destroyed says so, and is completed at the next start', async (t) => {
  await steps.write('prod/broker/CUT', 'v');
  const key = (await recordOf(subjects.state.secret(pathOf('prod/broker/CUT')))).events[0]?.key ?? '';
  const broker = orThrow(await natsBroker(nc, subjects));
  const destroy = () => Promise.resolve(left(failure('unavailable', 'cut off', '')));
  orThrow(await jetlock.restart({ broker: { ...broker, keyStore: { ...broker.keyStore, destroy } } }));
  const { note } = await steps.command({ operation: 'secret.delete', path: pathOf('prod/broker/CUT') });
  t.regex(note ?? '', /not destroyed yet/);
  t.false(isLeft(await broker.keyStore.get(key)) || orThrow(await broker.keyStore.get(key)) === undefined);
  orThrow(await jetlock.restart());
  t.is(orThrow(await broker.keyStore.get(key)), undefined);
  const destroyed = async () => (await recordOf(subjects.state.keyring)).events.some(({ type, keys }) => type === 'KeysDestroyed' && keys?.includes(key));
  const all = await Promise.all(Array.from({ length: await lastSequence() }, (_, n) => streams.getMessage(subjects.stream, { seq: n + 1 })));
  t.true((await destroyed()) || all.some((one) => one?.subject === subjects.state.keyring && fromUtf8(one.data).includes('KeysDestroyed') && fromUtf8(one.data).includes(key)));
});
