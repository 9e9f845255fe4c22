/** A bar on stderr while something long goes on; nothing where stderr is not a terminal. */
import { colorsFor, printable } from './terminal.ts';
import type { Io } from './io.ts';

const CELLS = 24;

export type Progress = {
  /** How much is done by now. */
  readonly at: (done: number) => void;
  /** Takes the bar away, so that the next line begins where it stood. */
  readonly end: () => void;
};

/**
 * @param label what is going on, a few words
 * @param total how much there is to do, 1 or more
 */
export const progress = (io: Io, label: string, total: number): Progress => {
  if (io.stderr.isTTY !== true) return { at: () => undefined, end: () => undefined };
  const paint = colorsFor(io.stderr, io);
  const draw = (done: number): void => {
    const full = Math.round((Math.min(done, total) / total) * CELLS);
    const bar = paint.green('█'.repeat(full)) + paint.dim('░'.repeat(CELLS - full));
    io.stderr.write(`\r\u001b[K${printable(label)} ${bar} ${done}/${total}`);
  };
  draw(0);
  return { at: draw, end: () => void io.stderr.write('\r\u001b[K') };
};
