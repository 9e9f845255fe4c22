import test from 'ava';
import fc from 'fast-check';
import { manualTime, settled } from '../tests/support/manual-time.ts';
import { JetlockError } from './error.ts';
import type { Change } from './handlers.ts';
import { wishesIn } from './schema.ts';
import type { Got, Source } from './source.ts';
import { typedClient } from './typed.ts';

const LATER = { code: 'unavailable', message: 'not there', hint: 'wait', retryable: true };
const gone = new JetlockError(LATER);

/** A source whose answers a test gives; `asked` has the keys of each read. */
const setUp = () => {
  const time = manualTime();
  const [values, listeners, asked] = [new Map<string, Got>(), new Set<() => void>(), [] as string[]];
  const [told, causes, applied]: [string[], unknown[], string[]] = [[], [], []];
  const script: { read: () => Promise<void> } = { read: async () => undefined };
  const source: Source = {
    read: async (wishes) => {
      asked.push(wishes.map(({ key }) => key).join());
      const found = new Map([...values].filter(([key]) => wishes.some((wish) => wish.key === key)));
      await script.read();
      return found;
    },
    wait: () => Promise.reject(gone),
    missing: () => gone,
    listen: async (listener) => {
      listeners.add(listener);
      return { close: () => void listeners.delete(listener) };
    },
    applied: (path, version) => applied.push(`${path} ${version}`),
    gapMs: 100,
    close: async () => undefined,
  };
  const wishes = wishesIn({ A: '', B: '' }, 'ns');
  if (wishes._tag === 'Left') throw wishes.left;
  const onError = (error: JetlockError, cause?: unknown) => {
    told.push(error.message);
    causes.push(cause);
  };
  const client = typedClient({ wishes: wishes.right, source, onError, time });
  const write = (key: string, version: number) => void values.set(key, { version, text: () => `v${version}` });
  const notify = () => listeners.forEach((listener) => listener());
  return { client, time, values, asked, told, causes, applied, script, write, notify, listeners };
};

test('everything that is watched is asked for at once, soon after a notice, and every 15 seconds', async (t) => {
  const { client, time, asked, write, notify } = setUp();
  write('A', 1);
  write('B', 1);
  client.onChange('A', () => undefined);
  client.onChange('B', () => undefined);
  await time.advance(1_000);
  t.deepEqual(asked, ['A,B']);
  for (let n = 0; n < 50; n += 1) notify();
  await time.advance(1);
  t.deepEqual(asked, ['A,B', 'A,B']);
  for (let n = 0; n < 50; n += 1) {
    notify();
    await time.advance(1);
  }
  t.is(asked.length, 2);
  await time.advance(100);
  t.is(asked.length, 3);
  await time.advance(15_100);
  t.is(asked.length, 4);
  await client.close();
  await time.advance(60_000);
  t.is(asked.length, 4);
});

test('a handler that fails is told without what it threw, called again later each time, and disturbs no other key', async (t) => {
  const { client, time, told, causes, applied, write, notify } = setUp();
  write('A', 1);
  write('B', 1);
  const calls: string[] = [];
  let isWell = false;
  const failing = (value: string): void => {
    calls.push(`A ${value} ${time.now() % 1_000_000_000}`);
    if (!isWell) throw new Error(`cannot connect with ${value}`);
  };
  client.onChange('A', failing);
  client.onChange('B', (value) => calls.push(`B ${value}`));
  await time.advance(1_000);
  t.deepEqual(calls, []);
  write('A', 2);
  write('B', 2);
  notify();
  await time.advance(10);
  t.is(calls.length, 2);
  t.deepEqual(applied, ['ns/B 2']);
  await time.advance(5_000);
  const attempts = calls.length;
  t.true(attempts >= 5 && attempts <= 9, `${attempts} calls`);
  t.true(told.every((message) => message === 'the handler of A failed with version 2 (Error)'));
  t.is((causes[0] as Error).message, 'cannot connect with v2');
  write('A', 3);
  isWell = true;
  notify();
  await time.advance(10);
  t.true(calls.at(-1)?.startsWith('A v3'));
  t.deepEqual(applied, ['ns/B 2', 'ns/A 3']);
  await time.advance(120_000);
  t.is(calls.length, attempts + 1);
});

test('handlers of one key are called one after the other; a version that was replaced meanwhile is left out', async (t) => {
  const { client, time, applied, write, notify } = setUp();
  write('A', 1);
  const events: string[] = [];
  const slow = (name: string) => async (_: string, { version }: Change) => {
    events.push(`${name}${version} begins`);
    await time.pause(1_000);
    events.push(`${name}${version} ends`);
  };
  client.onChange('A', slow('x'));
  client.onChange('A', slow('y'));
  await time.advance(500);
  for (const version of [2, 3, 4]) {
    write('A', version);
    notify();
    await time.advance(200);
  }
  await time.advance(10_000);
  t.deepEqual(events, ['x2 begins', 'x2 ends', 'y4 begins', 'y4 ends', 'x4 begins', 'x4 ends']);
  t.deepEqual(applied, ['ns/A 4']);
});

test('a slow answer of before does not hide what was found meanwhile', async (t) => {
  const { client, time, script, write, notify } = setUp();
  write('A', 1);
  let answer: () => void = () => undefined;
  script.read = () => new Promise((resolve) => (answer = resolve));
  const got = client.getSecret('A');
  script.read = async () => undefined;
  write('A', 2);
  const seen: string[] = [];
  client.onChange('A', (value) => seen.push(value));
  notify();
  await time.advance(500);
  t.deepEqual(seen, []);
  answer();
  t.is(await got, 'v1');
  await settled();
  t.deepEqual(seen, ['v2']);
});

test('what goes wrong while watching is told once for as long as it lasts, and ends nothing', async (t) => {
  const { client, time, told, script, write, values, notify } = setUp();
  write('A', 1);
  const seen: string[] = [];
  await client.getSecret('A');
  client.onChange('A', (value) => seen.push(value));
  script.read = () => Promise.reject(gone);
  write('A', 2);
  await time.advance(60_000);
  t.deepEqual(told, ['not there']);
  script.read = async () => undefined;
  await time.advance(16_000);
  t.deepEqual(seen, ['v2']);
  values.delete('A');
  await time.advance(60_000);
  t.deepEqual(told.slice(1), ['A (ns/A) is not available any more: its handlers wait for it']);
  write('A', 3);
  notify();
  await time.advance(10);
  t.deepEqual(seen, ['v2', 'v3']);
});

test('a value that is not text is told once and passed over', async (t) => {
  const { client, time, told, write, values, notify } = setUp();
  write('A', 1);
  const seen: string[] = [];
  client.onChange('A', (value) => seen.push(value));
  await time.advance(200);
  values.set('A', { version: 2, text: () => { throw new JetlockError({ ...LATER, code: 'not_text', message: 'no text' }); } });
  notify();
  await time.advance(60_000);
  t.deepEqual([told, seen], [['no text'], []]);
  write('A', 3);
  notify();
  await time.advance(10);
  t.deepEqual(seen, ['v3']);
});

test('a handler that was ended is not called again, and without any nobody asks', async (t) => {
  const { client, time, asked, write, notify, listeners } = setUp();
  write('A', 1);
  const end = client.onChange('A', () => t.fail());
  await time.advance(200);
  end();
  write('A', 2);
  notify();
  await time.advance(60_000);
  t.deepEqual([asked.length, listeners.size], [1, 0]);
});

test('a value that was taken away is not handed to a handler that comes later', async (t) => {
  const { client, time, values, write, notify } = setUp();
  write('A', 1);
  await client.getSecret('A');
  client.onChange('A', () => Promise.reject(new Error('not now')));
  write('A', 2);
  await time.advance(200);
  values.delete('A');
  notify();
  await time.advance(200);
  const seen: string[] = [];
  client.onChange('A', (value) => seen.push(value));
  await time.advance(60_000);
  t.deepEqual(seen, []);
});

test('a handler that is registered while the watch of the one before ends is told as well', async (t) => {
  const { client, time, write } = setUp();
  for (let turns = 0; turns < 12; turns += 1) {
    write('A', 2 * turns + 1);
    const end = client.onChange('A', () => undefined);
    await time.advance(200);
    end();
    // Wakes whoever waits to look again, so that the watch sees that nothing is left.
    client.onChange('B', () => undefined)();
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    const seen: string[] = [];
    const endNext = client.onChange('A', (value) => seen.push(value));
    await time.advance(200);
    write('A', 2 * turns + 2);
    await time.advance(20_000);
    t.deepEqual(seen, [`v${2 * turns + 2}`], `after ${turns} turns`);
    endNext();
  }
});

type Step = 'rotate' | 'get' | 'notice' | 'fail' | 'wait';

test('whatever comes in between, a handler is shown no older version after a newer one, and the last one in the end', async (t) => {
  const step = fc.constantFrom<Step>('rotate', 'rotate', 'get', 'notice', 'fail', 'wait');
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
      const { client, time, write, notify } = setUp();
      let [version, failures] = [1, 0];
      write('A', version);
      const seen: number[] = [];
      await client.getSecret('A');
      client.onChange('A', (_, change) => {
        seen.push(change.version);
        if (failures-- > 0) throw new Error('not now');
      });
      for (const next of steps) {
        if (next === 'rotate') write('A', (version += 1));
        if (next === 'get') await client.getSecret('A');
        if (next === 'notice') notify();
        if (next === 'fail') failures = 2;
        if (next === 'wait') await time.advance(50);
      }
      await time.advance(200_000);
      await client.close();
      t.deepEqual(seen, [...seen].sort((a, b) => a - b));
      t.is(seen.at(-1) ?? 1, version);
    }),
    { numRuns: 50 },
  );
});
