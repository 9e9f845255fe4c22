import test from 'ava';
import { REPORT_AGAIN_MS } from '../protocol/operations.ts';
import { manualTime } from '../tests/support/manual-time.ts';
import { newApplied } from './applied.ts';
import type { Client } from './client.ts';

const setUp = () => {
  const time = manualTime();
  const [reports, failing] = [[] as string[], { is: false }];
  const report: Client['report'] = async ({ applied }) => {
    if (failing.is) throw new Error('not there');
    reports.push(applied.map(({ path, version }) => `${path} ${version}`).join());
    return { refused: [] };
  };
  return { time, reports, failing, applied: newApplied(async () => ({ report }) as never, time) };
};

test('what runs is told soon, together, and once more each week until it ends', async (t) => {
  const { time, reports, applied } = setUp();
  applied.tell('a/A', 1);
  applied.tell('a/B', 1);
  applied.tell('a/B', 2);
  await time.advance(3_000);
  t.deepEqual(reports.splice(0), ['a/A 1,a/B 2']);
  applied.tell('a/A', 2);
  // The first report was somewhere within those three seconds, and a week is counted from it.
  await time.advance(REPORT_AGAIN_MS - 3_000);
  t.deepEqual(reports.splice(0), ['a/A 2']);
  await time.advance(9_000);
  t.deepEqual(reports.splice(0), ['a/A 2,a/B 2']);
  applied.close();
  await time.advance(2 * REPORT_AGAIN_MS);
  t.deepEqual(reports, []);
});

test('what is used no more is not told again', async (t) => {
  const { time, reports, applied } = setUp();
  applied.tell('a/A', 1);
  applied.tell('a/B', 1);
  await time.advance(3_000);
  applied.drop('a/A');
  await time.advance(REPORT_AGAIN_MS + 6_000);
  t.deepEqual(reports, ['a/A 1,a/B 1', 'a/B 1']);
  applied.close();
});

test('what could not be told is told later', async (t) => {
  const { time, reports, failing, applied } = setUp();
  failing.is = true;
  applied.tell('a/A', 1);
  await time.advance(10_000);
  failing.is = false;
  await time.advance(60_000);
  t.deepEqual(reports, ['a/A 1']);
  applied.close();
});
