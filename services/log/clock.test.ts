import test from 'ava';
import { memoryLog } from '../../events/log/memory.ts';
import { clockTrouble } from './clock.ts';

const SECOND = 1_000;

test('a clock that is as far from the log’s as records may be is no trouble, and one that is further is', async (t) => {
  const distant = (ms: number) => clockTrouble({ log: memoryLog({ clock: () => Date.now() + ms }) });
  for (const near of [0, 29 * SECOND, -29 * SECOND]) t.is(await distant(near), undefined);
  t.is(await distant(40 * SECOND), 'the clock here is 40 s behind the one of nats-server: set both by NTP');
  t.is(await distant(-40 * SECOND), 'the clock here is 40 s ahead of the one of nats-server: set both by NTP');
});

test('a log that does not tell its time is no trouble', async (t) => {
  const times = [Date.now()];
  t.is(await clockTrouble({ log: memoryLog({ clock: () => times.pop() ?? NaN }) }), undefined);
});
