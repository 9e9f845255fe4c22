import test from 'ava';
import fc from 'fast-check';
import { makeFairQueue } from './fair-queue.ts';

const always = (): boolean => true;
const drained = (queue: ReturnType<typeof makeFairQueue<number>>, mayTake: (name: string) => boolean = always): ReadonlyArray<string> => {
  const taken: string[] = [];
  for (let one = queue.take(mayTake); one !== undefined; one = queue.take(mayTake)) taken.push(`${one.name}${one.item}`);
  return taken;
};

test('each name has its turn, however much of another waits', (t) => {
  const queue = makeFairQueue<number>({ each: 10, all: 100 });
  for (let n = 1; n <= 5; n += 1) queue.offer('a', n);
  queue.offer('b', 1);
  queue.offer('c', 1);
  t.deepEqual(drained(queue), ['a1', 'b1', 'c1', 'a2', 'a3', 'a4', 'a5']);
  t.is(queue.size(), 0);
});

test('as many as may wait do, of one name and in all; one more does not', (t) => {
  const queue = makeFairQueue<number>({ each: 2, all: 3 });
  t.deepEqual(['a', 'a', 'a', 'b', 'b', 'c'].map((name, n) => queue.offer(name, n)), [true, true, false, true, false, false]);
  t.is(queue.size(), 3);
  queue.take(always);
  t.true(queue.offer('c', 9));
});

test('who may not have a turn now keeps what waits, and holds up nobody', (t) => {
  const queue = makeFairQueue<number>({ each: 10, all: 100 });
  for (const [n, name] of ['a', 'b', 'a', 'b'].entries()) queue.offer(name, n);
  t.deepEqual(drained(queue, (name) => name === 'b'), ['b1', 'b3']);
  t.deepEqual(drained(queue), ['a0', 'a2']);
});

test('whatever goes in comes out once, in the order of its name, and no name twice before another that waits', (t) => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constantFrom('a', 'b', 'c', 'd'), fc.constant('')), { maxLength: 200 }), (steps) => {
      const queue = makeFairQueue<number>({ each: 1_000, all: 1_000 });
      const waiting: Record<string, number[]> = {};
      const skipped = new Map<string, number>();
      steps.forEach((step, n) => {
        if (step !== '') {
          queue.offer(step, n);
          (waiting[step] ??= []).push(n);
          return;
        }
        const taken = queue.take(always);
        if (taken === undefined) return t.true(Object.values(waiting).every((own) => own.length === 0));
        t.deepEqual([taken.item], waiting[taken.name]?.splice(0, 1));
        for (const [name, own] of Object.entries(waiting)) skipped.set(name, name === taken.name || own.length === 0 ? 0 : (skipped.get(name) ?? 0) + 1);
        // With four names nobody waits for more than three others.
        t.true([...skipped.values()].every((others) => others <= 3));
      });
    }),
  );
});
