/** Each limit of the door, at its edge: as many as it says are let in, one more is told `busy`, or nothing. */
import test from 'ava';
import { subjectsUnder } from '../../events/subjects.ts';
import { fromUtf8, toBase64, utf8 } from '../../crypto/bytes.ts';
import { randomBytes } from '../../crypto/random.ts';
import { eventually } from '../../tests/support/poll.ts';
import { IN_HAND_BYTES_MAX, IN_HAND_BYTES_OF_ONE, makeAdmission, REQUESTS_PER_SECOND, TURNED_AWAY_PER_SECOND } from './admission.ts';
import { ACCESS_KEY_OWNER } from '../request/sessions.ts';
import { BY_ACCESS_KEY, KNOWN, UNKNOWN, WAIT_MS_MAX } from './lane.ts';

const subjects = subjectsUnder('secrets');
const DONE = utf8('done');

/** Nothing that is let in ends before `finish` is called; owners are the first letters of session keys, a digit those of an access key. */
const setUp = (owned: string, mayAsk: (owner: string) => boolean = () => true, isFruitless: (owner: string) => boolean = () => false) => {
  const begun: string[] = [];
  const told: string[] = [];
  const turnedAway: string[] = [];
  const ends: Array<() => void> = [];
  const clock = { now: 1_000 };
  const who: string[] = [];
  const handle = (subject: string, bytes: Uint8Array): Promise<Uint8Array> => {
    begun.push(subject);
    who.push(/"from":"(.)/.exec(fromUtf8(bytes))?.[1] ?? '');
    return new Promise((resolve) => ends.push(() => resolve(DONE)));
  };
  const ownerOf = (from: string): string | undefined => {
    const [first] = from;
    if (first === undefined || !owned.includes(first)) return undefined;
    return /\d/.test(first) ? `${ACCESS_KEY_OWNER}${first}` : first;
  };
  const { admit, idle } = makeAdmission({ handle, ownerOf, mayAsk, isFruitless, subjects, onTurnedAway: (subject) => turnedAway.push(subject), endOpen: () => undefined }, () => clock.now);
  const ask = (owner: string, { subject = subjects.get, size = 0, ...by }: { readonly subject?: string; readonly size?: number; readonly address?: string } = {}) => {
    const from = `${owner}${toBase64(randomBytes(32)).slice(1)}`;
    const bytes = utf8(`{"v":1,"kid":"${'k'.repeat(22)}","from":"${from}"${' '.repeat(size)}}`);
    admit({ subject, bytes, ...by, answer: (reply) => told.push(reply === DONE ? 'done' : (JSON.parse(new TextDecoder().decode(reply)) as { refusal: { code: string } }).refusal.code) });
  };
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const turns = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n += 1) await turn();
  };
  const finish = (): void => {
    for (const end of ends.splice(0)) end();
  };
  return { begun, who, told, turnedAway, clock, ask, turn, turns, finish, idle };
};

const times = (count: number, act: () => void): void => {
  for (let n = 0; n < count; n += 1) act();
};

test('of one owner no more is under way than its share, and another has its own', async (t) => {
  const { ask, begun, turns } = setUp('ab');
  times(KNOWN.underWay.each + 100, () => ask('a'));
  await turns(KNOWN.underWay.each / KNOWN.perTurn + 5);
  t.is(begun.length, KNOWN.underWay.each);
  ask('b', { subject: 'secrets.get.b' });
  t.is(begun.at(-1), 'secrets.get.b');
});

test('of one owner as many wait as may, and one more is busy', async (t) => {
  const { ask, told, turns } = setUp('a');
  times(KNOWN.underWay.each, () => ask('a'));
  await turns(KNOWN.underWay.each / KNOWN.perTurn + 5);
  times(KNOWN.waiting.each, () => ask('a'));
  t.deepEqual(told, []);
  ask('a');
  t.deepEqual(told, ['busy']);
});

test('of an owner whose questions give it nothing few are under way', async (t) => {
  const { ask, begun, turns } = setUp('ab', () => true, (owner) => owner === 'a');
  times(KNOWN.underWay.fruitless + 10, () => ask('a'));
  times(KNOWN.underWay.fruitless + 10, () => ask('b', { subject: 'secrets.get.b' }));
  await turns(5);
  const ofA = begun.filter((subject) => subject === subjects.get).length;
  t.deepEqual([ofA, begun.length - ofA], [KNOWN.underWay.fruitless, KNOWN.underWay.fruitless + 10]);
});

test('what an owner may not ask any more when its turn comes is not begun', async (t) => {
  let left = true;
  const { ask, begun, told, turns, finish } = setUp('a', () => left, () => true);
  times(KNOWN.underWay.fruitless + 10, () => ask('a'));
  left = false;
  finish();
  await turns(5);
  t.is(begun.length, KNOWN.underWay.fruitless);
  t.deepEqual(told.sort(), [...Array<string>(10).fill('busy'), ...Array<string>(KNOWN.underWay.fruitless).fill('done')]);
});

test('where somebody was turned away is told', (t) => {
  const { ask, turnedAway } = setUp('a', () => false);
  ask('a', { subject: 'secrets.known.a' });
  t.deepEqual(turnedAway, ['secrets.known.a']);
});

test('of strangers no kind has more under way than its share', async (t) => {
  const { ask, begun } = setUp('');
  for (let n = 0; n < UNKNOWN.underWay.each + 10; n += 1) ask('x', { subject: `secrets.register.flood-${n}` });
  await eventually(() => (begun.length >= UNKNOWN.underWay.each ? true : undefined), 30_000, 'those to be begun');
  ask('x', { subject: 'secrets.get.honest' });
  await eventually(() => (begun.length > UNKNOWN.underWay.each ? true : undefined), 30_000, 'those to be begun');
  t.is(begun.at(-1), 'secrets.get.honest');
});

test('in one turn no more is begun than the turn has room for', async (t) => {
  const { ask, begun, turn } = setUp('a');
  times(KNOWN.perTurn + 1, () => ask('a'));
  t.is(begun.length, KNOWN.perTurn);
  await turn();
  t.is(begun.length, KNOWN.perTurn + 1);
});

test('strangers are begun a few at a time, and who is known goes ahead of all that wait', (t) => {
  const { ask, begun } = setUp('a');
  times(100, () => ask('x', { subject: 'secrets.get.flood' }));
  t.is(begun.length, UNKNOWN.perTurn);
  ask('a', { subject: 'secrets.get.a' });
  t.is(begun.at(-1), 'secrets.get.a');
});

test('of strangers each subject has its room, and each kind its turn', async (t) => {
  const { ask, begun, told, finish, idle } = setUp('');
  times(UNKNOWN.perTurn + UNKNOWN.waiting.each, () => ask('x', { subject: 'secrets.get.flood' }));
  t.deepEqual(told, []);
  ask('x', { subject: 'secrets.get.flood' });
  t.deepEqual(told, ['busy']);
  ask('x', { subject: 'secrets.get.honest' });
  ask('x', { subject: 'secrets.admin.service.revoke' });
  await eventually(() => (begun.length >= UNKNOWN.perTurn * 2 ? true : undefined), 30_000, 'those to be begun');
  const next = begun.slice(UNKNOWN.perTurn, UNKNOWN.perTurn * 2);
  t.true(next.includes('secrets.admin.service.revoke') && next.includes('secrets.get.honest'), next.join());
  const finishing = setInterval(finish, 1);
  await idle(30_000);
  clearInterval(finishing);
});

test('what has waited too long is not begun any more', async (t) => {
  const { ask, begun, told, clock, turn } = setUp('a');
  times(KNOWN.perTurn + 2, () => ask('a'));
  clock.now += WAIT_MS_MAX;
  await turn();
  t.is(begun.length, KNOWN.perTurn + 2);
  times(KNOWN.perTurn, () => ask('a'));
  ask('a');
  clock.now += WAIT_MS_MAX + 1;
  await turn();
  t.true(told.every((code) => code === 'busy') && told.length >= 1, told.join());
});

/** Large messages, of which none ends: as many as one may have in hand, and as many as all may. */
const SIZE = 500 * 1024;
const [OF_ONE, OF_ALL] = [Math.floor(IN_HAND_BYTES_OF_ONE / (SIZE + 200)), Math.floor(IN_HAND_BYTES_MAX / (SIZE + 200))];

test('no more bytes are in hand than fit, whoever sends them, and that is not held against who comes last', (t) => {
  const { ask, told, turnedAway } = setUp('abcd');
  for (const owner of 'abc') times(OF_ONE, () => ask(owner, { size: SIZE }));
  times(OF_ALL - 3 * OF_ONE, () => ask('d', { size: SIZE }));
  t.deepEqual(told, []);
  ask('d', { subject: 'secrets.known.d', size: SIZE });
  t.deepEqual([told, turnedAway], [['busy'], []]);
});

test('strangers, those who have an access key, and each owner hold a share of them, and there is room beside two', (t) => {
  const { ask, told, turnedAway } = setUp('ab12');
  times(OF_ONE, () => ask('x', { subject: 'secrets.known.a', size: SIZE }));
  times(OF_ONE - 1, () => ask('1', { size: SIZE }));
  ask('2', { size: SIZE });
  t.deepEqual(told, []);
  for (const owner of 'x12') ask(owner, { subject: 'secrets.known.a', size: SIZE });
  t.deepEqual([told, turnedAway], [['busy', 'busy', 'busy'], []]);
  times(OF_ONE, () => ask('a', { size: SIZE }));
  t.is(told.length, 3);
  // What is too much of one's own is.
  ask('a', { subject: 'secrets.known.a', size: SIZE });
  t.deepEqual([told.length, turnedAway], [4, ['secrets.known.a']]);
});

test('access keys under way keep no service and no admin waiting, however slow they are', async (t) => {
  const { ask, begun, turns } = setUp('a12');
  for (const key of '12') times(BY_ACCESS_KEY.underWay.each + 10, () => ask(key, { subject: subjects.namespace }));
  await turns(2 * Math.ceil(BY_ACCESS_KEY.underWay.each / BY_ACCESS_KEY.perTurn) + 5);
  t.is(begun.length, 2 * BY_ACCESS_KEY.underWay.each);
  ask('a', { subject: 'secrets.get.a' });
  t.is(begun.at(-1), 'secrets.get.a');
});

test('who finds no room because of others, or waited too long behind them, is not held to it; who waits too often is', async (t) => {
  const { ask, told, turnedAway, clock, turn } = setUp('abcdefgh');
  const subject = 'secrets.known.h';
  times(KNOWN.perTurn, () => ask('a'));
  for (const owner of 'abcd') times(KNOWN.waiting.each - 1, () => ask(owner));
  times(4, () => ask('h', { subject }));
  t.deepEqual(told, []);
  ask('h', { subject });
  t.deepEqual([told, turnedAway], [['busy'], []]);
  clock.now += WAIT_MS_MAX + 1;
  await turn();
  t.true(told.length > 5);
  t.deepEqual(turnedAway, []);
  times(KNOWN.perTurn, () => ask('g'));
  times(KNOWN.waiting.each + 1, () => ask('h', { subject }));
  t.deepEqual(turnedAway, [subject]);
});

test('an owner makes as many requests a second as it may, and one more is busy', async (t) => {
  const { ask, told, turn, finish, clock } = setUp('a');
  for (let n = 0; n < REQUESTS_PER_SECOND; n += KNOWN.perTurn / 2) {
    times(Math.min(KNOWN.perTurn / 2, REQUESTS_PER_SECOND - n), () => ask('a'));
    finish();
    await turn();
  }
  t.false(told.includes('busy'));
  ask('a');
  t.is(told.at(-1), 'busy');
  clock.now += 1_000;
  ask('a');
  t.is(told.filter((code) => code === 'busy').length, 1);
});

test('whoever may not ask for more now is busy, and others are not', (t) => {
  const { ask, begun, told } = setUp('ab', (owner) => owner !== 'a');
  ask('a');
  ask('b', { subject: 'secrets.get.b' });
  t.deepEqual([begun, told], [['secrets.get.b'], ['busy']]);
});

test('no more than so many are told that it is busy', (t) => {
  const { ask, told } = setUp('');
  times(UNKNOWN.perTurn + UNKNOWN.waiting.each + TURNED_AWAY_PER_SECOND + 500, () => ask('x'));
  t.is(told.length, TURNED_AWAY_PER_SECOND);
});

test('the keys of the service are told to anyone, past both lanes', (t) => {
  const { ask, begun } = setUp('');
  times(500, () => ask('x'));
  ask('x', { subject: subjects.keys });
  t.is(begun.at(-1), subjects.keys);
});

test('strangers who come by HTTP fill a share of the lane of their own, and in it each address has its turn', async (t) => {
  const { ask, who, told, finish, idle } = setUp('');
  times(UNKNOWN.perTurn + UNKNOWN.waiting.each, () => ask('x', { address: '192.0.2.1' }));
  t.deepEqual(told, []);
  ask('x', { address: '192.0.2.1' });
  t.deepEqual(told, ['busy']);
  ask('y', { address: '192.0.2.2' });
  ask('z');
  t.deepEqual(told, ['busy']);
  await eventually(() => (who.length >= UNKNOWN.perTurn * 2 ? true : undefined), 30_000, 'those to be begun');
  t.deepEqual(who.slice(UNKNOWN.perTurn, UNKNOWN.perTurn * 2).sort(), ['x', 'x', 'y', 'z']);
  const finishing = setInterval(finish, 1);
  await idle(30_000);
  clearInterval(finishing);
});
