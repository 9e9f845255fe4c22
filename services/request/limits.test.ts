/** Limits of what is remembered and computed for those who are not known, each at its edge. */
import test from 'ava';
import { newBoxKey } from '../../crypto/box.ts';
import { randomId } from '../../crypto/random.ts';
import type { Instant } from '../../events/vocabulary.ts';
import { isInTime } from './in-time.ts';
import { makeAllowance } from './rate-limit.ts';
import { makeReplays } from './replays.ts';
import { makeSessions, SESSIONS_EACH, UNKNOWN_BY_HTTP, UNKNOWN_PER_SECOND } from './sessions.ts';
import { REQUEST_CLOCK_MS } from '../../protocol/wire.ts';

test('as many unknown sessions as may be are computed in a second, and one more is busy; who is known is opened all the same', (t) => {
  const [ours, kid, theirs] = [newBoxKey(), randomId(), newBoxKey().publicKey];
  const sessions = makeSessions(UNKNOWN_PER_SECOND, () => 1_000);
  const open = () => sessions.open(kid, theirs, ours.secretKey);
  for (let n = 1; n < UNKNOWN_PER_SECOND.all; n += 1) t.not(open(), 'busy');
  // Never authenticated: computed anew each time, and nobody's.
  t.is(sessions.ownerOf(theirs), undefined);
  const last = open();
  if (last === 'busy' || last === undefined) return t.fail('one too few');
  t.is(open(), 'busy');
  last.remember('shop');
  t.not(open(), 'busy');
  t.is(sessions.ownerOf(theirs), 'shop');
  last.forget();
  t.is(sessions.ownerOf(theirs), undefined);
  t.is(open(), 'busy');
});

const opened = (session: ReturnType<ReturnType<typeof makeSessions>['open']>) => {
  if (session === 'busy' || session === undefined) throw new Error('not opened');
  return session;
};

test('one who asks for many new sessions leaves enough for others', (t) => {
  const [ours, kid] = [newBoxKey(), randomId()];
  const sessions = makeSessions(UNKNOWN_BY_HTTP, () => 1_000);
  const open = (asker: string) => sessions.open(kid, newBoxKey().publicKey, ours.secretKey, asker);
  for (let n = 0; n < UNKNOWN_BY_HTTP.each; n += 1) t.not(open('greedy'), 'busy');
  t.is(open('greedy'), 'busy');
  t.not(open('modest'), 'busy');
});

test('many who ask for new sessions as fast as they can leave some for one who comes later', (t) => {
  const [ours, kid, clock] = [newBoxKey(), randomId(), { now: 1_000 }];
  const theirs = newBoxKey().publicKey;
  const sessions = makeSessions(UNKNOWN_BY_HTTP, () => clock.now);
  const open = (asker: string) => sessions.open(kid, theirs, ours.secretKey, asker);
  const flood = () => {
    for (let round = 0; round < 5; round += 1) for (let greedy = 0; greedy < 20; greedy += 1) open(`greedy ${greedy}`);
  };
  // The first moment is theirs who are there.
  for (let n = 0; n < 200; n += 1) {
    flood();
    clock.now += 25;
  }
  flood();
  const told = Array.from({ length: 10 }, () => open('modest'));
  t.false(told.includes('busy'));
});

test('an access key that has many sessions pushes out its own alone', (t) => {
  const [ours, kid] = [newBoxKey(), randomId()];
  const sessions = makeSessions(UNKNOWN_PER_SECOND, () => 1_000, { credential: 4, 'access-key': SESSIONS_EACH + 1 });
  const remember = (owner: string): string => {
    const from = newBoxKey().publicKey;
    opened(sessions.open(kid, from, ours.secretKey)).remember(owner, 'access-key');
    return from;
  };
  const modest = remember('modest');
  const greedy = Array.from({ length: SESSIONS_EACH + 2 }, () => remember('greedy'));
  t.is(sessions.ownerOf(modest), 'modest');
  t.deepEqual(greedy.map((from) => sessions.ownerOf(from)), [undefined, undefined, ...Array.from({ length: SESSIONS_EACH }, () => 'greedy')]);
});

test('of the sessions of an access key the one that authenticated longest ago makes room, not the one that was there first', (t) => {
  const [ours, kid] = [newBoxKey(), randomId()];
  const sessions = makeSessions(UNKNOWN_PER_SECOND, () => 1_000);
  const remember = (from = newBoxKey().publicKey) => {
    opened(sessions.open(kid, from, ours.secretKey)).remember('greedy', 'access-key');
    return from;
  };
  const [first, second] = Array.from({ length: SESSIONS_EACH }, () => remember());
  remember(first);
  remember();
  t.deepEqual([first, second].map((from) => sessions.ownerOf(from ?? '')), ['greedy', undefined]);
});

test('the sessions of access keys, however many there are, push out none of a credential', (t) => {
  const [ours, kid] = [newBoxKey(), randomId()];
  const most = { credential: 4, 'access-key': 4 };
  const sessions = makeSessions(UNKNOWN_PER_SECOND, () => 1_000, most);
  const names = Array.from({ length: most.credential + most['access-key'] }, () => newBoxKey().publicKey);
  const [shop, guest] = [newBoxKey().publicKey, newBoxKey().publicKey];
  opened(sessions.open(kid, shop, ours.secretKey)).remember('shop');
  const one = opened(sessions.open(kid, guest, ours.secretKey));
  one.remember('access-key 1', 'access-key');
  t.is(sessions.ownerOf(guest), 'access-key 1');
  for (const name of names) opened(sessions.open(kid, name, ours.secretKey)).remember('access-key 2', 'access-key');
  t.is(sessions.ownerOf(guest), undefined);
  t.is(sessions.ownerOf(shop), 'shop');
});

test('an allowance gives so many at once, then so many a second, to each name', (t) => {
  const clock = { now: 0 };
  const { use, isLeft } = makeAllowance({ perSecond: 2, atOnce: 5 }, () => clock.now);
  t.deepEqual(Array.from({ length: 6 }, () => use('a')), [true, true, true, true, true, false]);
  t.deepEqual([isLeft('a'), isLeft('b')], [false, true]);
  clock.now += 500;
  t.deepEqual([isLeft('a'), use('a'), use('a')], [true, true, false]);
  clock.now += 60_000;
  t.deepEqual(Array.from({ length: 6 }, () => use('a')), [true, true, true, true, true, false]);
});

test('an id is remembered for as long as its time would be accepted, and forgotten some time later', (t) => {
  const clock = { now: 0 };
  const replays = makeReplays(() => clock.now);
  const id = randomId();
  t.is(replays.see(id), 'new');
  // Made with a clock that is a minute ahead, it is accepted for two minutes.
  clock.now += 2 * REQUEST_CLOCK_MS;
  t.is(replays.see(id), 'seen');
  for (let n = 0; n < 3; n += 1) {
    clock.now += 2 * REQUEST_CLOCK_MS + 1;
    replays.see(randomId());
  }
  t.is(replays.see(id), 'new');
});

test('what was used beyond what was left is made up for: however many are under way, the average holds', (t) => {
  const clock = { now: 0 };
  const { owe, isLeft } = makeAllowance({ perSecond: 2, atOnce: 5 }, () => clock.now);
  for (let n = 0; n < 9; n += 1) owe('a');
  t.false(isLeft('a'));
  clock.now += 2_400;
  t.false(isLeft('a'));
  clock.now += 100;
  t.true(isLeft('a'));
});

test('what was made a minute ago, or is made a minute from now, is in time, and nothing beyond', (t) => {
  const now = 1_000_000;
  for (const sign of [-1, 1]) {
    t.true(isInTime((now + sign * REQUEST_CLOCK_MS) as Instant, now));
    t.false(isInTime((now + sign * (REQUEST_CLOCK_MS + 1)) as Instant, now));
  }
});
