import test from 'ava';
import { followLater } from './later.ts';
import { memoryLog } from './memory.ts';

const data = new Uint8Array(1);
const turn = () => new Promise(setImmediate);

test('a follow that waits gets everything once it has begun, and nothing before or after it is closed', async (t) => {
  const log = memoryLog();
  let begin = (): void => undefined;
  const later = followLater(log, new Promise((resolve) => (begin = resolve)));
  const got: number[] = [];
  const closed: number[] = [];
  const wanted = { filters: ['a'], from: 1 };
  const subscription = await later.follow({ ...wanted, onMessage: ({ seq }) => void got.push(seq) });
  await (await later.follow({ ...wanted, onMessage: ({ seq }) => void closed.push(seq) })).close();
  log.publish({ subject: 'a', data });
  await turn();
  await turn();
  t.deepEqual(got, []);
  begin();
  for (let n = 0; n < 10; n += 1) await turn();
  t.deepEqual([got, closed], [[1], []]);
  await subscription.close();
  log.publish({ subject: 'a', data });
  await turn();
  await turn();
  t.deepEqual(got, [1]);
});
