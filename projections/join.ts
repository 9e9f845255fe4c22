/**
 * From a fold of one's own to the one that the process decides with. That one stays small until then: it follows state and its own
 * reads, so that nobody waits for the reads of others at a start. When both stand at the same place it is given everything too.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { isLeft } from 'fp-ts/lib/Either.js';
import type { Log } from '../events/log/log.ts';
import type { Reading } from './reading.ts';
import type { Listener, Verdicts } from './verdicts.ts';

/** So many messages may come to be folded before whoever waits for an own read there: some milliseconds, where each holds many reads. */
const NEAR = 100;
const RETRY_MS = 1_000;

export type Joining = {
  /** The reading has gone on. */
  readonly tryNow: () => void;
  readonly stop: () => void;
};

type JoinParts = Listener & {
  readonly reading: Reading;
  readonly verdicts: Verdicts;
  readonly log: Pick<Log, 'info'>;
  /** Resolves when the reading has come to a sequence. */
  readonly reached: (seq: number) => Promise<void>;
};

/** Settles when what is left to read is little. */
const nearHead = async ({ reading, log, reached }: JoinParts, isOver: () => boolean): Promise<void> => {
  while (!isOver()) {
    const info = await log.info()();
    if (isLeft(info)) await delay(RETRY_MS, undefined, { ref: false });
    else if (info.right.last - (reading.place()?.latest.seq ?? 0) > NEAR) await reached(info.right.last);
    else return;
  }
};

/** Tells what the process's fold makes of every message after the last one that was read; the reading is over then. */
export const join = (parts: JoinParts): Joining => {
  const { reading, verdicts, onFolded, onFailed } = parts;
  let phase: 'far' | 'near' | 'joined' | 'over' = 'far';
  const tryNow = (): void => {
    const place = phase === 'near' ? reading.place() : undefined;
    if (place === undefined || !verdicts.widen(place)) return;
    phase = 'joined';
    void reading.close();
  };
  const unlisten = verdicts.listen({
    onFolded: (folded, world) => (phase === 'joined' ? onFolded(folded, world) : tryNow()),
    onFailed: (why) => (phase === 'joined' ? onFailed(why) : undefined),
  });
  void nearHead(parts, () => phase !== 'far').then(() => {
    if (phase === 'far') phase = 'near';
    tryNow();
  });
  return {
    tryNow,
    stop: () => {
      phase = 'over';
      unlisten();
    },
  };
};
