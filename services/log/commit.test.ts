/** Answers in parts: what follows from one part is done before the next one. And the disk is not left alone for them. */
import test from 'ava';
import { left } from 'fp-ts/lib/Either.js';
import { Redacted } from '../../crypto/redacted.ts';
import type { Log } from '../../events/log/log.ts';
import { ReadAttempt } from '../../events/read/read.ts';
import { sure } from '../../events/vocabulary.ts';
import { KEYRING, LOG_KEY, newHistory, WRITER } from '../../tests/support/history.ts';
import { latch } from '../../tests/support/latch.ts';
import { idOf } from '../../tests/support/names.ts';
import type { Keyring } from '../keyring/keyring.ts';
import { inParts, makeCommits } from './commit.ts';
import { makeReplica } from './replica.ts';

test('what follows from the first answers comes before the last are given', async (t) => {
  const order: string[] = [];
  const written: Array<Promise<unknown>> = [];
  const answer = () => {
    order.push('answered');
    written.push(Promise.resolve().then(() => undefined).then(() => order.push('written')));
  };
  inParts(Array.from({ length: 80 }, () => answer));
  // All in this turn, before anything comes in.
  await new Promise((resolve) => setImmediate(resolve));
  await Promise.all(written);
  // Three parts, of 32, 32 and 16.
  const part = (size: number): string => 'answered '.repeat(size) + 'written '.repeat(size);
  t.is(`${order.join(' ')} `, part(32) + part(32) + part(16));
});

const LIMIT_MS = 20_000;

const keyring = {
  opened: (id: string) => (id === KEYRING.log ? new Redacted(LOG_KEY) : undefined),
  open: async (id: string) => left({ kind: 'missing', message: `no key ${id}`, hint: '' }),
} as unknown as Keyring;

/** A replica that may be asked, and what its log does with each record that it is to append. */
const startCommits = async (append: (log: Log) => Log['append']) => {
  const history = newHistory({ time: Date.now() });
  const { subjects, log } = history;
  const credential = history.approved('invoicer');
  const replica = makeReplica({ id: WRITER, subjects, log: { ...log, append: append(log) }, keyring, created: '' });
  await replica.start();
  replica.trust();
  replica.markReady();
  const attempt = (n: number) =>
    sure(ReadAttempt, { id: idOf(n), service: 'invoicer', credential, paths: ['billing/KEY'], offline: false, at: Date.now(), client: { name: 'test', version: '1' } });
  return { replica, commits: makeCommits(replica), attempt };
};

test('the reads that gathered while a record was written leave in the next one before those of the first are answered', async (t) => {
  const order: string[] = [];
  const [first, isWritten] = [latch(LIMIT_MS, 'the first record'), latch(LIMIT_MS, 'it to be written')];
  const { replica, commits, attempt } = await startCommits((log) => (draft) => async () => {
    order.push('record');
    if (order.length === 1) {
      first.open();
      await isWritten.opened();
    }
    return log.append(draft)();
  });
  // Whatever it is: on a machine that is very slow it comes too late to be more than `unavailable`.
  const read = (n: number): Promise<unknown> => commits.read(attempt(n)).then(() => order.push('answer'));
  const one = read(1);
  await first.opened();
  const others = [read(2), read(3)];
  isWritten.open();
  await Promise.all([one, ...others]);
  t.deepEqual(order, ['record', 'record', 'answer', 'answer', 'answer']);
  await replica.stop();
});
