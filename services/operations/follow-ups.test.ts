import test from 'ava';
import { right } from 'fp-ts/lib/Either.js';
import { eventually } from '../../tests/support/poll.ts';
import type { Execute } from '../log/execute.ts';
import type { Replica } from '../log/replica.ts';
import { makeFollowUps } from './follow-ups.ts';

const replica = { fold: { world: { secrets: new Map(), access: new Map() } } } as unknown as Replica;

/** Remembers for whom something was done. */
const setUp = () => {
  const done: string[] = [];
  const execute: Execute = async (origin) => {
    if (origin.by === 'replica' && 'service' in origin.command) done.push(`${origin.command.service} ${origin.command.operation}`);
    return right({ seq: 1, events: [], repeated: false });
  };
  const { afterRead } = makeFollowUps(replica, execute);
  const refused = (service: string, paths: number): void => {
    const wanted = Array.from({ length: paths }, (_, n) => ({ path: `prod/${service}/KEY_${n}`, description: null, format: null, pattern: null }));
    const outcomes = wanted.map(({ path }) => ({ path, result: 'refused', reason: 'ungranted' }));
    afterRead(service as never, 'id' as never, { seq: 1, outcomes } as never, wanted as never);
  };
  return { done, refused };
};

test('whoever asks for much in vain is not done before those who ask for little', async (t) => {
  const { done, refused } = setUp();
  refused('much', 200);
  refused('little', 1);
  await eventually(async () => (done.length >= 10 ? true : undefined), 30_000, 'some to be done');
  const first = done.findIndex((one) => one.startsWith('little'));
  t.true(first >= 0 && first < 4, done.slice(0, 10).join());
});

test('each path that is not there leads to a request and a stub, and there is room for as many as are watched', async (t) => {
  const { done, refused } = setUp();
  refused('shop', 256);
  await eventually(async () => (done.length >= 512 ? true : undefined), 60_000, 'all of them');
  t.is(done.filter((one) => one === 'shop access.request').length, 256);
  t.is(done.filter((one) => one === 'shop secret.stub').length, 256);
});
