import test from 'ava';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { Redacted } from '../crypto/redacted.ts';
import { SecretPath, Sequence, sure, Version } from '../events/vocabulary.ts';
import { barePath } from '../protocol/operations.ts';
import { tagOf } from '../tests/support/fake-service.ts';
import { manualTime, settled } from '../tests/support/manual-time.ts';
import { refusedHere, unavailable, type ClientFailure } from './failure.ts';
import type { Answers, Ask, Found, ServiceClient } from './service.ts';
import { waitFor } from './wait.ts';

const [A, B] = [sure(SecretPath, 'shop/A'), sure(SecretPath, 'shop/B')];
const found: Found = { version: sure(Version, 1), value: new Redacted(new Uint8Array([1])), read: sure(Sequence, 1), offlineUntil: null };
const answers = (...of: ReadonlyArray<readonly [SecretPath, Found | 'refused']>): E.Either<never, Answers> => E.right(new Map(of));
const refused = answers([A, 'refused']);
const allowed = answers([A, found]);
const failing = (failure: ClientFailure) => E.left(failure);
const asksFor = (...paths: ReadonlyArray<SecretPath>): ReadonlyArray<Ask> => paths.map(barePath);

type Next = (n: number, asks: ReadonlyArray<Ask>) => E.Either<ClientFailure, Answers>;

/** A service that answers its n-th question, from 1, and what it saw. */
const setUp = (next: Next, timeoutMs = 60_000) => {
  const time = manualTime();
  const asked: Array<ReadonlyArray<SecretPath>> = [];
  const listeners = new Set<() => void>();
  const notify = () => [...listeners].forEach((listener) => listener());
  const get: ServiceClient['get'] = (asks) => {
    asked.push(asks.map(({ path }) => path));
    return TE.fromEither(next(asked.length, asks));
  };
  const onNotice = (listener: () => void) => {
    listeners.add(listener);
    return { close: () => void listeners.delete(listener) };
  };
  const abort = new AbortController();
  const start = (...paths: ReadonlyArray<SecretPath>) => {
    const state = { result: 'waiting', failure: undefined as ClientFailure | undefined };
    const waiting = waitFor(asksFor(...paths), { get, onNotice, timeoutMs, signal: abort.signal, time })();
    void waiting.then((result) => {
      state.result = tagOf(result);
      if (E.isLeft(result)) state.failure = result.left;
    });
    return state;
  };
  return { time, asked, listeners, notify, start, abort };
};

test('what is to be had already is given at once, and nobody listens on', async (t) => {
  const { start, listeners, asked } = setUp(() => allowed);
  const state = start(A);
  await settled();
  t.is(state.result, 'right');
  t.is(asked.length, 1);
  t.is(listeners.size, 0);
});

test('a notice that comes while the first question is under way is not missed', async (t) => {
  const { start, notify, time, asked } = setUp((n) => {
    // Approved after the service had decided, and told at once: whoever subscribes after asking would wait for long.
    if (n === 1) notify();
    return n === 1 ? refused : allowed;
  });
  const state = start(A);
  await time.advance(1_000);
  t.is(state.result, 'right');
  t.is(asked.length, 2);
});

test('a notice ends the pause', async (t) => {
  const { start, notify, time } = setUp((n) => (n === 1 ? refused : allowed));
  const state = start(A);
  await time.advance(5_000);
  t.is(state.result, 'waiting');
  notify();
  await time.advance(1);
  t.is(state.result, 'right');
});

test('without any notice it asks again every 15 seconds', async (t) => {
  const { start, time, asked } = setUp((n) => (n < 4 ? refused : allowed));
  const state = start(A);
  await time.advance(44_000);
  t.is(asked.length, 3);
  await time.advance(3_000);
  t.is(state.result, 'right');
});

test('many notices make one question, and a flood of them not more than ten a second', async (t) => {
  const { start, time, asked, notify } = setUp(() => refused);
  start(A);
  await time.advance(1_000);
  for (let n = 0; n < 50; n += 1) notify();
  await time.advance(1_000);
  t.is(asked.length, 2);
  for (let ms = 0; ms < 10_000; ms += 10) {
    notify();
    await time.advance(10);
  }
  t.true(asked.length <= 103, `${asked.length}`);
});

test('it waits through refusals, a pending credential and a service that is away', async (t) => {
  const { start, time } = setUp((n) => {
    const failures = [refusedHere('credential_pending'), unavailable('no answer', 'maybe'), refusedHere('busy')];
    const failure = failures[n - 1];
    return failure === undefined ? allowed : failing(failure);
  });
  const state = start(A);
  await time.advance(20_000);
  t.is(state.result, 'right');
});

test('a failure that no waiting mends ends it', async (t) => {
  const { start, listeners } = setUp(() => failing(refusedHere('unauthorized')));
  const state = start(A);
  await settled();
  t.is(state.result, 'unauthorized');
  t.is(listeners.size, 0);
});

test('at the end of its time it gives up with the last refusal, and names what is missing', async (t) => {
  const { start, time, listeners } = setUp((n) => (n === 3 ? failing(unavailable('no answer', 'maybe')) : refused), 40_000);
  const state = start(A);
  await time.advance(39_000);
  t.is(state.result, 'waiting');
  await time.advance(2_000);
  t.is(state.result, 'refused');
  t.like(state.failure, { refusal: { detail: A } });
  t.is(listeners.size, 0);
});

test('aborting ends it at once', async (t) => {
  const { start, time, abort, listeners, asked } = setUp(() => refused);
  const state = start(A);
  await time.advance(1_000);
  abort.abort();
  await settled();
  t.is(state.result, 'refused');
  t.is(listeners.size, 0);
  t.is(asked.length, 1);
});

test('what was found is not asked for again: its grant may have been for one read', async (t) => {
  const { start, notify, time, asked } = setUp((n) => (n === 1 ? answers([A, found], [B, 'refused']) : answers([B, found])));
  const state = start(A, B);
  await time.advance(1_000);
  notify();
  await time.advance(1);
  t.is(state.result, 'right');
  t.deepEqual(asked, [[A, B], [B]]);
});
