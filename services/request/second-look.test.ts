/** Looking once more at the log for what is not known here: everybody is looked for, and the leader is asked seldom. */
import test from 'ava';
import { right } from 'fp-ts/lib/Either.js';
import { subjectsUnder } from '../../events/subjects.ts';
import { makeLook } from './second-look.ts';

const subjects = subjectsUnder('secrets');

/** A log that gets longer, and a replica that folds all that it is told to wait for. */
const setUp = () => {
  const log = { last: 0, asked: 0 };
  const reached: number[] = [];
  const last = (filter: string) => () => {
    if (filter === subjects.anyState) log.asked += 1;
    return Promise.resolve(right(log.last));
  };
  const look = makeLook({ log: { last }, subjects, reached: (seq: number) => Promise.resolve(reached.push(seq) > 0) } as never);
  return { log, reached, look };
};

test('a flood of strangers keeps nobody from being looked for, and the leader is asked no more often for it', async (t) => {
  const { log, reached, look } = setUp();
  await look();
  const flood = Array.from({ length: 10_000 }, () => look());
  // Acknowledged by another replica just now: whoever comes with it is looked for with the others.
  log.last = 7;
  const honest = look();
  await honest;
  t.is(reached.at(-1), 7);
  await Promise.all(flood);
  t.is(log.asked, 2);
});

test('who comes after a look has begun is looked for by the next one', async (t) => {
  const { log, reached, look } = setUp();
  const first = look();
  while (log.asked === 0) await Promise.resolve();
  log.last = 9;
  await look();
  t.is(reached.at(-1), 9);
  t.is(log.asked, 2);
  await first;
});
