import test from 'ava';
import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import { logContract } from './contract.ts';
import { covers } from './filter.ts';
import { memoryLog } from './memory.ts';

logContract(test, 'memory', async () => {
  const log = memoryLog();
  return { log, intrude: async (subject, data) => void log.publish({ subject, data }) };
});

test('the clock is the one it was given', async (t) => {
  const log = memoryLog({ clock: () => 1_234 });
  log.publish({ subject: 'a', data: new Uint8Array(0), mac: 'forged' });
  const found = await log.at(1)();
  t.like(E.isRight(found) ? O.toNullable(found.right) : undefined, { time: 1_234, mac: 'forged' });
});

test('what was stored changes neither with the bytes it came from nor with those it was read as', async (t) => {
  const log = memoryLog();
  const data = new Uint8Array([1]);
  log.publish({ subject: 'a', data });
  data[0] = 2;
  const read = async () => {
    const found = await log.at(1)();
    return E.isRight(found) && O.isSome(found.right) ? found.right.value.data : new Uint8Array(0);
  };
  (await read())[0] = 3;
  t.deepEqual(await read(), new Uint8Array([1]));
});

test('filters cover subjects as NATS does', (t) => {
  const cases: ReadonlyArray<readonly [string, string, boolean]> = [
    ['a.b', 'a.b', true],
    ['a.b', 'a.c', false],
    ['a.b', 'a', false],
    ['a', 'a.b', false],
    ['a.*', 'a.b', true],
    ['a.*', 'a.b.c', false],
    ['a.*.c', 'a.b.c', true],
    ['a.>', 'a.b.c', true],
    ['a.>', 'a', false],
    ['a.>', 'ab.c', false],
    ['*.b.>', 'a.b.c', true],
    ['*.b.>', 'a.b', false],
    ['>', 'a', true],
  ];
  for (const [filter, subject, covered] of cases) t.is(covers(['x.y', filter])(subject), covered, `${filter} ${subject}`);
});
