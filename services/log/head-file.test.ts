import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { eventually } from '../../tests/support/poll.ts';
import { keepHead, readHead } from './head-file.ts';

const HASH = 'A'.repeat(43);

/** A log whose head goes on when it is told to. */
const logAt = (start: number) => {
  const listeners = new Set<() => void>();
  let seq = start;
  let looked = 0;
  const head = () => {
    looked += 1;
    return { seq, hash: HASH };
  };
  const replica = {
    fold: { head },
    latest: () => undefined,
    onFolded: (listener: () => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  } as unknown as Parameters<typeof keepHead>[2];
  const goTo = (next: number): void => {
    seq = next;
    for (const listener of listeners) listener();
  };
  return { replica, goTo, listeners, looked: () => looked };
};

const seqIn = (directory: string): number | undefined => {
  const found = readHead(directory);
  return found._tag === 'Right' ? found.right?.seq : undefined;
};

test('the head is written soon after it changed, and at the end', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'jetlock-head-'));
  const { replica, goTo, listeners } = logAt(1);
  const stop = keepHead(directory, 'created', replica);
  await eventually(async () => (seqIn(directory) === 1 ? true : undefined), 30_000, 'the first head');
  goTo(2);
  await eventually(async () => (seqIn(directory) === 2 ? true : undefined), 30_000, 'the next head');
  goTo(3);
  await stop();
  t.is(seqIn(directory), 3);
  t.is(listeners.size, 0);
});

test('of two that follow one another closely the later one stays, also while the first is being written', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'jetlock-head-'));
  const { replica, goTo } = logAt(1);
  const stop = keepHead(directory, 'created', replica);
  goTo(2);
  await stop();
  t.is(seqIn(directory), 2);
});

test('what could not be written is written when it can be', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'jetlock-head-'));
  const [inTheWay, dataDir] = [join(directory, 'file'), join(directory, 'file', 'data')];
  writeFileSync(inTheWay, '');
  const { replica, looked } = logAt(1);
  const stop = keepHead(dataDir, 'created', replica);
  const before = looked();
  await eventually(async () => (looked() > before ? true : undefined), 30_000, 'the first attempt to be over');
  rmSync(inTheWay);
  await eventually(async () => (seqIn(dataDir) === 1 ? true : undefined), 30_000, 'the head');
  await stop();
  t.is(seqIn(dataDir), 1);
});
