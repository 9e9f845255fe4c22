/** What can be lost on the way, and that nothing is: every message comes once, in order, whatever happens to the server. */
import { connect as connectSocket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import { jetstreamManager } from '@nats-io/jetstream';
import type { JetStreamManager } from '@nats-io/jetstream';
import { connect } from 'nats';
import type { NatsConnection } from 'nats';
import { latch, until } from '../../tests/support/latch.ts';
import { startNats } from '../../tests/support/nats.ts';
import type { StartOptions, TestNats } from '../../tests/support/nats.ts';
import { eventually } from '../../tests/support/poll.ts';
import { MAC_HEADER, jetstreamLog } from './jetstream.ts';
import type { Follow, Log, LogMessage } from './log.ts';

const STREAM = 'SECRETS';
const ALL = 'secrets.events.>';
const WAIT_MS = 60_000;

type Setting = { readonly nats: TestNats; readonly nc: NatsConnection; readonly manager: JetStreamManager; readonly log: Log };

const setting = async (t: ExecutionContext, options: StartOptions = {}): Promise<Setting> => {
  const nats = await startNats(t, options);
  const nc = await connect({ servers: nats.url, reconnectTimeWait: 100, reconnectJitter: 50, maxReconnectAttempts: -1 });
  t.teardown(() => nc.close());
  const manager = await jetstreamManager(nc);
  await manager.streams.add({ name: STREAM, subjects: [ALL] });
  return { nats, nc, manager, log: jetstreamLog(nc, { stream: STREAM }) };
};

const secret = (n: number): string => `secrets.events.state.secret.prod.K${n}`;
const data = new Uint8Array(500);

/** Appends Kn, for as long as the server is away; what may be stored already is tried again, and is a conflict then. */
const append = (log: Log, n: number): Promise<true> =>
  eventually(async () => {
    const result = await log.append({ subject: secret(n), prev: 0, data, mac: 'key.mac' })();
    return E.isRight(result) || result.left._tag === 'conflict' ? true : undefined;
  }, WAIT_MS, `K${n} to be stored`);

/** Appends K1, K2, … one after the other. */
const writeUntil = async (log: Log, done: () => boolean): Promise<number> => {
  let n = 1;
  for (; !done(); n += 1) await append(log, n);
  return n - 1;
};

type Following = { readonly subjects: string[]; readonly has: (count: number) => Promise<void>; readonly next: () => Promise<void>; readonly events: string[] };

const followAll = async (t: ExecutionContext, log: Log, wanted: Partial<Follow> = {}): Promise<Following> => {
  const subjects: string[] = [];
  const events: string[] = [];
  const waiting = new Map<number, () => void>();
  const has = (count: number): Promise<void> =>
    until(
      new Promise<void>((resolve) => {
        if (subjects.length >= count) resolve();
        else waiting.set(count, resolve);
      }),
      WAIT_MS,
      `${count} messages`,
    );
  const onMessage = ({ subject }: LogMessage): void => {
    subjects.push(subject);
    waiting.get(subjects.length)?.();
  };
  const onLost = (): void => void events.push('lost');
  const onResumed = (): void => void events.push('resumed');
  const { close } = await log.follow({ filters: [ALL], from: 1, onMessage, onLost, onResumed, ...wanted });
  t.teardown(() => close());
  return { subjects, has, next: () => has(subjects.length + 1), events };
};

const isWhole = (t: ExecutionContext, { subjects }: Following, count: number): boolean =>
  t.deepEqual(subjects, Array.from({ length: count }, (_, n) => secret(n + 1)));

const outages: Readonly<Record<string, (nats: TestNats) => Promise<void>>> = {
  'is killed': async (nats) => {
    await nats.kill9();
    await nats.restart();
  },
  'is restarted': (nats) => nats.restart(),
};

for (const [what, outage] of Object.entries(outages))
  test.serial(`nothing is lost and nothing comes twice when the server ${what} under load`, async (t) => {
    const { nats, log } = await setting(t);
    const following = await followAll(t, log);
    let done = false;
    const writing = writeUntil(log, () => done);
    for (let round = 1; round <= 3; round += 1) {
      await following.next();
      await outage(nats);
      const back = performance.now();
      await following.next();
      const ms = performance.now() - back;
      t.log(`messages again ${ms.toFixed(0)} ms after the server was back`);
      t.true(ms < 5_000, `${ms} ms`);
    }
    done = true;
    const count = await writing;
    await following.has(count);
    isWhole(t, following, count);
    t.deepEqual(following.events, ['lost', 'resumed', 'lost', 'resumed', 'lost', 'resumed']);
  });

test.serial('a consumer that is deleted is made again, and the next message comes', async (t) => {
  const { log, manager } = await setting(t);
  const following = await followAll(t, log);
  for (let n = 1; n <= 3; n += 1) {
    await log.append({ subject: secret(n), prev: 0, data, mac: '' })();
    await following.has(n);
    for await (const { name } of manager.consumers.list(STREAM)) await manager.consumers.delete(STREAM, name);
  }
  await log.append({ subject: secret(4), prev: 0, data, mac: '' })();
  await following.has(4);
  isWhole(t, following, 4);
});

test.serial('a message that is still being taken when the server goes is done with before the next', async (t) => {
  const { nats, log } = await setting(t);
  const [begun, go, over] = [latch(WAIT_MS), latch(WAIT_MS), latch(WAIT_MS)];
  const steps: string[] = [];
  const onMessage = async ({ seq }: LogMessage): Promise<void> => {
    steps.push(`begin ${seq}`);
    if (seq === 1) begun.open();
    await go.opened();
    steps.push(`end ${seq}`);
    if (seq === 3) over.open();
  };
  await followAll(t, log, { onMessage });
  const witness = await followAll(t, log);
  for (const n of [1, 2, 3]) await log.append({ subject: secret(n), prev: 0, data, mac: '' })();
  await begun.opened();
  await nats.restart();
  // Others have had their messages again for a while.
  for (const n of [4, 5]) {
    await append(log, n);
    await witness.has(n);
  }
  t.deepEqual(steps, ['begin 1']);
  go.open();
  await over.opened();
  t.deepEqual(steps.slice(0, 6), ['begin 1', 'end 1', 'begin 2', 'end 2', 'begin 3', 'end 3']);
});

test.serial('a long way back is caught up with in order, and what comes meanwhile follows', async (t) => {
  const { nc, log } = await setting(t);
  const wanted = (n: number): string => (n % 3 === 0 ? 'secrets.events.read.other' : n % 500 === 0 ? 'secrets.events.read.mine' : secret(n));
  const publish = (n: number): Promise<unknown> => nc.request(wanted(n), data, { timeout: WAIT_MS });
  const subjects: string[] = [];
  for (let n = 1; n <= 4_000; n += 500) {
    await Promise.all(Array.from({ length: 500 }, (_, k) => publish(n + k)));
    const stored = await Promise.all(Array.from({ length: 500 }, async (_, k) => log.at(n + k)()));
    for (const found of stored) subjects.push(E.isRight(found) && O.isSome(found.right) ? found.right.value.subject : 'not found');
  }
  t.false(subjects.includes('not found'));
  const following = await followAll(t, log, { filters: ['secrets.events.state.>', 'secrets.events.read.mine'] });
  const expected = subjects.filter((subject) => subject !== 'secrets.events.read.other');
  await following.has(expected.length);
  await publish(4_000);
  await publish(4_001);
  await following.has(expected.length + 2);
  t.deepEqual(following.subjects, [...expected, wanted(4_000), wanted(4_001)]);
});

test.serial('a message larger than a batch may be comes all the same', async (t) => {
  const { nc, log } = await setting(t, { config: 'max_payload: 16MB' });
  const following = await followAll(t, log);
  await nc.request(secret(1), data);
  await nc.request(secret(2), new Uint8Array(9 * 1024 * 1024), { timeout: WAIT_MS });
  await nc.request(secret(3), data);
  await following.has(3);
  isWhole(t, following, 3);
  t.deepEqual(following.events, []);
});

/** Past the client, which would not send such headers. */
const publishRaw = (nats: TestNats, subject: string, header: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connectSocket(nats.port, '127.0.0.1', () => {
      socket.write(`CONNECT {"verbose":false,"headers":true,"protocol":1}\r\nHPUB ${subject} ${header.length} ${header.length}\r\n${header}\r\nPING\r\n`);
    });
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      if (chunk.toString().includes('PONG')) socket.end(() => resolve());
    });
  });

test.serial('headers that break the rules stop nobody', async (t) => {
  const { nats, log } = await setting(t);
  const following = await followAll(t, log);
  const headers = ['NATS/1.0\r\na b: c\r\n\r\n', 'NATS/1.0 503\r\n\r\n', 'NATS/1.0 100 Idle Heartbeat\r\n\r\n', `NATS/1.0\r\n${MAC_HEADER}: x\r\n\u0001: y\r\n\r\n`];
  for (const [n, header] of headers.entries()) await publishRaw(nats, secret(n + 1), header);
  await log.append({ subject: secret(5), prev: 0, data, mac: 'key.mac' })();
  await following.has(5);
  isWhole(t, following, 5);
  for (const seq of [1, 2, 3, 4]) t.true(E.isRight(await log.at(seq)()), `at ${seq}`);
});

const draft = { subject: secret(1), prev: 0, data, mac: '' };
const storedOf = async (log: Log) => {
  const result = await log.append(draft)();
  return E.isLeft(result) && result.left._tag === 'unavailable' ? result.left.stored : 'no failure';
};

/** A signal takes a moment to arrive. */
const silent = (nc: NatsConnection): Promise<true> =>
  eventually(async () => ((await Promise.race([nc.flush().then(() => 'answered', () => 'lost'), delay(100)])) === undefined ? true : undefined), WAIT_MS, 'the server to be silent');

test.serial('an append says whether the message can be stored', async (t) => {
  const { nats, nc, log, manager } = await setting(t);
  t.is(await storedOf(jetstreamLog(nc, { stream: 'OTHER' })), 'no', 'expected stream');
  const large = await log.append({ ...draft, data: new Uint8Array(2 * 1024 * 1024) })();
  t.like(large, { left: { stored: 'no' } });
  await manager.streams.delete(STREAM);
  t.is(await storedOf(log), 'no', 'no stream');
  await manager.streams.add({ name: 'SECRETS2', subjects: [ALL] });
  // A server that stands still takes what is sent and answers nothing; then it is gone.
  process.kill(nats.server().pid, 'SIGSTOP');
  await silent(nc);
  const underWay = storedOf(jetstreamLog(nc, { stream: 'SECRETS2' }));
  await new Promise(setImmediate);
  await nats.kill9();
  t.is(await until(underWay, 3_000, 'the append to fail with the connection'), 'unknown');
  t.is(await storedOf(log), 'no', 'not connected');
  await nc.close();
  t.is(await storedOf(log), 'no', 'closed');
});

test.serial('reading says so when there is no answer', async (t) => {
  const { nc } = await setting(t);
  const other = jetstreamLog(nc, { stream: 'OTHER' });
  for (const task of [other.at(1), other.last(ALL), other.next(1, ALL), other.info()])
    t.like(await task(), { left: { _tag: 'unavailable', stored: 'no', why: 'stream not found' } });
});

test('what is followed aside never stands before much of what else comes by the same connection', async (t) => {
  const { nats, nc, log } = await setting(t);
  const writer = await connect({ servers: nats.url });
  t.teardown(() => writer.close());
  const count = 6_000;
  await Promise.all(Array.from({ length: count }, (_, n) => writer.request(`secrets.events.read.r${n}`, new Uint8Array(100), { timeout: WAIT_MS })));
  let taken = 0;
  let before = count;
  const onMessage = (): void => {
    taken += 1;
    // Work that takes its time, and lets nothing else happen meanwhile.
    for (const end = performance.now() + 1; performance.now() < end; );
    if (taken === 1) writer.publish(secret(1), data);
  };
  const urgent = latch(WAIT_MS, 'the message that others wait for');
  const state = await log.follow({ filters: ['secrets.events.state.>'], from: 1, onMessage: () => ((before = taken), urgent.open()) });
  await nc.flush();
  const aside = await log.follow({ filters: ['secrets.events.read.*'], from: 1, aside: true, onMessage });
  await urgent.opened();
  await Promise.all([state.close(), aside.close()]);
  t.log(`after ${before} of ${count}`);
  t.true(before < count / 2);
});
