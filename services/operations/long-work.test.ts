import test from 'ava';
import { latch } from '../../tests/support/latch.ts';
import { eventually } from '../../tests/support/poll.ts';
import { makeLongWork, RUNNING } from './long-work.ts';

const LIMIT_MS = 30_000;

const counted = () => {
  let begun = 0;
  const done = latch(LIMIT_MS, 'the work');
  const work = async () => {
    begun += 1;
    await done.opened();
    return begun;
  };
  return { work, done, begun: () => begun };
};

test('whoever asks again joins the work, gets its outcome, and only then begins it anew', async (t) => {
  const ask = makeLongWork<number>();
  const { work, done, begun } = counted();
  t.is(await ask('a', work, 1), RUNNING);
  const [second, other] = [ask('a', work, LIMIT_MS), ask('b', work, LIMIT_MS)];
  t.is(begun(), 2);
  done.open();
  t.deepEqual(await Promise.all([second, other]), [2, 2]);
  t.is(await ask('a', work, LIMIT_MS), 3);
});

test('an outcome that nobody took waits for a while, and no longer', async (t) => {
  const ask = makeLongWork<number>(50);
  const { work, done, begun } = counted();
  t.is(await ask('a', work, 1), RUNNING);
  done.open();
  await eventually(async () => (await ask('a', work, LIMIT_MS), begun() > 1 ? true : undefined), LIMIT_MS, 'another run');
  const kept = makeLongWork<number>(LIMIT_MS);
  const again = counted();
  t.is(await kept('a', again.work, 1), RUNNING);
  again.done.open();
  await new Promise(setImmediate);
  t.is(await kept('a', again.work, 0), 1);
  t.is(again.begun(), 1);
});
