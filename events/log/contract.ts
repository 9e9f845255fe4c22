/** What every log must do, whatever it is made of: the same tests for each. */
import type { ExecutionContext } from 'ava';
import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Draft, Follow, Log, LogMessage } from './log.ts';

export type LogUnderTest = {
  readonly log: Log;
  /** Publishes past the port, without a MAC. */
  readonly intrude: (subject: string, data: Uint8Array) => Promise<void>;
};

/** `test` or `test.serial`. */
type Run = (title: string, body: (t: ExecutionContext) => Promise<void>) => void;
type Make = (t: ExecutionContext) => Promise<LogUnderTest>;
type Check = (t: ExecutionContext, made: LogUnderTest) => Promise<void>;

const WAIT_MS = 30_000;
const SUBJECT = 'secrets.events.state.keyring';
const OTHER = 'secrets.events.state.secret.prod.DB';
const READS = 'secrets.events.read.r1';
const ALL = 'secrets.events.>';
const utf8 = new TextEncoder();

const draft = (subject: string, prev: number, text = 'x', mac = 'key.mac'): Draft => ({ subject, prev, data: utf8.encode(text), mac });

const right = async <L, A>(task: TaskEither<L, A>): Promise<A> => {
  const result = await task();
  if (E.isLeft(result)) throw new Error(`refused: ${JSON.stringify(result.left)}`);
  return result.right;
};

/** Appends to subjects in turn, each message on what came before it there. */
const appendEach = async (log: Log, subjects: ReadonlyArray<string>): Promise<void> => {
  for (const subject of subjects) await right(log.append(draft(subject, await right(log.last(subject)), subject)));
};

/** What a follow hands on, up to a count; closes it then. */
const collect = (t: ExecutionContext, log: Log, count: number, wanted: Omit<Follow, 'onMessage'>): Promise<ReadonlyArray<LogMessage>> =>
  new Promise((resolve, reject) => {
    const got: LogMessage[] = [];
    const timer = setTimeout(() => reject(new Error(`got ${got.length} of ${count} messages in ${WAIT_MS} ms`)), WAIT_MS);
    const onMessage = (message: LogMessage): void => {
      got.push(message);
      if (got.length < count) return;
      clearTimeout(timer);
      resolve(got);
    };
    void log.follow({ ...wanted, onMessage }).then(({ close }) => t.teardown(close));
  });

const sequences = (messages: ReadonlyArray<LogMessage>): ReadonlyArray<number> => messages.map(({ seq }) => seq);

const appends: Readonly<Record<string, Check>> = {
  'an append gives its sequence, and the next names the one before it': async (t, { log }) => {
    t.is(await right(log.append(draft(SUBJECT, 0))), 1);
    t.is(await right(log.append(draft(OTHER, 0))), 2);
    t.is(await right(log.append(draft(SUBJECT, 1))), 3);
  },
  'an append on what is not the last message of its subject is a conflict, and stores nothing': async (t, { log }) => {
    await appendEach(log, [SUBJECT, OTHER, SUBJECT]);
    for (const prev of [0, 1, 2, 4]) t.deepEqual(await log.append(draft(SUBJECT, prev))(), E.left({ _tag: 'conflict' }), `prev ${prev}`);
    t.is((await right(log.info())).messages, 3);
  },
  'of eight writers that race for one place one wins, every time': async (t, { log }) => {
    for (let round = 0; round < 25; round += 1) {
      const prev = await right(log.last(SUBJECT));
      const results = await Promise.all(Array.from({ length: 8 }, (_, n) => log.append(draft(SUBJECT, prev, `${round} ${n}`))()));
      t.is(results.filter(E.isRight).length, 1, `round ${round}`);
      t.true(results.filter(E.isLeft).every(({ left }) => left._tag === 'conflict'), `round ${round}`);
    }
    t.is((await right(log.info())).messages, 25);
  },
};

const BYTES = Uint8Array.from({ length: 256 }, (_, n) => n);
const MAC = 'AAAAAAAAAAAAAAAAAAAAAA.AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCdE';

const contents: Readonly<Record<string, Check>> = {
  'bytes, MAC and subject are kept exactly': async (t, { log }) => {
    const before = Date.now();
    for (const [prev, data] of [BYTES, new Uint8Array(0), new Uint8Array(300_000).fill(13)].entries())
      await right(log.append({ subject: OTHER, prev, data, mac: MAC }));
    const first = O.toNullable(await right(log.at(1)));
    t.deepEqual(first, { subject: OTHER, seq: 1, time: first?.time ?? 0, data: BYTES, mac: MAC });
    t.true(Math.abs((first?.time ?? 0) - before) < 60_000);
    t.is(O.toNullable(await right(log.at(2)))?.data.length, 0);
    t.deepEqual(O.toNullable(await right(log.at(3)))?.data, new Uint8Array(300_000).fill(13));
  },
  'a message is the same whether followed or read': async (t, { log, intrude }) => {
    await appendEach(log, [SUBJECT, OTHER]);
    await right(log.append({ subject: READS, prev: 0, data: BYTES, mac: MAC }));
    await intrude(SUBJECT, new Uint8Array(0));
    const followed = await collect(t, log, 4, { filters: [ALL], from: 1 });
    const read = await Promise.all([1, 2, 3, 4].map((seq) => right(log.at(seq))));
    t.deepEqual(read.map(O.toNullable), [...followed]);
  },
  'a message without a MAC has an empty one': async (t, { log, intrude }) => {
    await intrude(SUBJECT, BYTES);
    await right(log.append({ subject: OTHER, prev: 0, data: BYTES, mac: '' }));
    t.deepEqual((await collect(t, log, 2, { filters: [ALL], from: 1 })).map(({ mac }) => mac), ['', '']);
    t.is(O.toNullable(await right(log.at(1)))?.mac, '');
  },
  'an intruder’s message is the last on its subject like any other': async (t, { log, intrude }) => {
    await appendEach(log, [SUBJECT]);
    await intrude(SUBJECT, BYTES);
    t.deepEqual(await log.append(draft(SUBJECT, 1))(), E.left({ _tag: 'conflict' }));
    t.is(await right(log.append(draft(SUBJECT, 2))), 3);
  },
};

const follows: Readonly<Record<string, Check>> = {
  'a follow begins where it was told to, and goes on with what comes': async (t, { log }) => {
    await appendEach(log, [SUBJECT, SUBJECT, SUBJECT]);
    const fromFirst = collect(t, log, 6, { filters: [ALL], from: 1 });
    const fromThird = collect(t, log, 4, { filters: [ALL], from: 3 });
    const fromLater = collect(t, log, 1, { filters: [ALL], from: 6 });
    t.deepEqual(sequences(await collect(t, log, 3, { filters: [ALL], from: 1 })), [1, 2, 3]);
    await appendEach(log, [SUBJECT, OTHER, SUBJECT]);
    t.deepEqual(sequences(await fromFirst), [1, 2, 3, 4, 5, 6]);
    t.deepEqual(sequences(await fromThird), [3, 4, 5, 6]);
    t.deepEqual(sequences(await fromLater), [6]);
  },
  'a follow hands on what its filters cover': async (t, { log }) => {
    await appendEach(log, [SUBJECT, READS, OTHER, 'secrets.events.read.r2', READS, SUBJECT]);
    const filters = ['secrets.events.state.>', READS];
    t.deepEqual(sequences(await collect(t, log, 5, { filters, from: 1 })), [1, 2, 3, 5, 6]);
    t.deepEqual(sequences(await collect(t, log, 3, { filters: ['secrets.events.read.*'], from: 1 })), [2, 4, 5]);
  },
  'the next message waits for the one before it': async (t, { log }) => {
    await appendEach(log, Array.from({ length: 20 }, () => SUBJECT));
    const steps: string[] = [];
    const done = new Promise<void>((resolve) => {
      const onMessage = async ({ seq }: LogMessage): Promise<void> => {
        steps.push(`begin ${seq}`);
        await new Promise(setImmediate);
        steps.push(`end ${seq}`);
        if (seq === 20) resolve();
      };
      void log.follow({ filters: [ALL], from: 1, onMessage }).then(({ close }) => t.teardown(close));
    });
    await done;
    t.deepEqual(steps, Array.from({ length: 20 }, (_, n) => [`begin ${n + 1}`, `end ${n + 1}`]).flat());
  },
  'a follow that was closed, even from within, hands on no more': async (t, { log }) => {
    await appendEach(log, Array.from({ length: 5 }, () => SUBJECT));
    const got: number[] = [];
    await new Promise<void>((resolve) => {
      const following = log.follow({
        filters: [ALL],
        from: 1,
        onMessage: async ({ seq }) => {
          got.push(seq);
          if (seq === 3) await following.then(({ close }) => close()).then(resolve);
        },
      });
    });
    await appendEach(log, [SUBJECT]);
    // Another follow that has seen it all: whatever the closed one would have got, it had its time.
    await collect(t, log, 6, { filters: [ALL], from: 1 });
    t.deepEqual(got, [1, 2, 3]);
  },
};

const reads: Readonly<Record<string, Check>> = {
  'what is not there is none, or 0': async (t, { log }) => {
    const { last, messages, bytes } = await right(log.info());
    t.deepEqual({ last, messages, bytes }, { last: 0, messages: 0, bytes: 0 });
    await appendEach(log, [SUBJECT]);
    for (const seq of [0, 2, 1_000]) t.true(O.isNone(await right(log.at(seq))), `at ${seq}`);
    t.true(O.isNone(await right(log.next(2, ALL))));
    t.true(O.isNone(await right(log.next(1, OTHER))));
    t.is(await right(log.last(OTHER)), 0);
  },
  'next finds the first that a filter covers, at or after a sequence': async (t, { log }) => {
    await appendEach(log, [SUBJECT, READS, SUBJECT, OTHER]);
    const next = async (seq: number, filter: string) => O.toNullable(await right(log.next(seq, filter)))?.seq;
    t.is(await next(0, ALL), 1);
    t.is(await next(1, SUBJECT), 1);
    t.is(await next(2, SUBJECT), 3);
    t.is(await next(2, 'secrets.events.state.>'), 3);
    t.is(await next(1, 'secrets.events.state.secret.>'), 4);
  },
  'last finds the last message of a subject or a filter': async (t, { log }) => {
    await appendEach(log, [SUBJECT, READS, SUBJECT, OTHER]);
    t.is(await right(log.last(SUBJECT)), 3);
    t.is(await right(log.last(READS)), 2);
    t.is(await right(log.last('secrets.events.read.>')), 2);
    t.is(await right(log.last(ALL)), 4);
  },
  'info counts, and names one life of the stream': async (t, { log }) => {
    const { created } = await right(log.info());
    t.false(Number.isNaN(Date.parse(created)));
    await appendEach(log, [SUBJECT, READS]);
    const info = await right(log.info());
    t.like(info, { created, first: 1, last: 2, messages: 2 });
    t.true(info.bytes > 0);
    // The clock of the log tells the present, not what was stored last.
    t.true(info.time >= ((await right(log.at(2))) as O.Some<LogMessage>).value.time);
  },
};

/**
 * Runs the contract against one kind of log.
 * @param makeLog an empty log for each test, which ends with the test
 */
export const logContract = (test: Run, name: string, makeLog: Make): void => {
  for (const [title, check] of Object.entries({ ...appends, ...contents, ...follows, ...reads }))
    test(`${name}: ${title}`, async (t) => check(t, await makeLog(t)));
};
