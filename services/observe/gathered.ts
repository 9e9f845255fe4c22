/** Lines of a log on their way out, many with one write: to write a line by itself takes longer than everything else about it. */
import { pino, type DestinationStream } from 'pino';

/** How late a line may be. */
const GATHERED_MS = 50;
/** Fits into a pipe at once. */
const GATHERED_CHARS_MAX = 32 * 1024;
/** How long an exit waits for a write that is under way: a thread of its own does it, and nobody can be told of its end any more. */
const UNDER_WAY_MS = 500;
const standStill = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

/** What to do with the lines that are still here when the process exits: one listener, however many logs there are. */
const atExit = new Set<() => void>();
const writeLast = (): void => atExit.forEach((write) => write());

/**
 * Writes to a file descriptor without waiting for it. What is still here when the process exits, also by an error that nobody
 * caught, is written then.
 */
export const gathered = (fd: number): DestinationStream => {
  const out = pino.destination({ fd, sync: false });
  let lines = '';
  let timer: NodeJS.Timeout | undefined;
  let isUnderWay = false;
  out.on('drain', () => (isUnderWay = false));
  const pass = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const passed = lines;
    lines = '';
    isUnderWay = true;
    out.write(passed);
  };
  // Before pino's own listener, which would write what waits behind a write that is under way.
  if (atExit.size === 0) process.prependOnceListener('exit', writeLast);
  atExit.add(() => {
    if (isUnderWay) {
      standStill(UNDER_WAY_MS);
      out.flushSync();
    }
    if (lines !== '') pino.destination({ fd, sync: true }).write(lines);
  });
  return {
    write: (line) => {
      lines += line;
      if (lines.length > GATHERED_CHARS_MAX) pass();
      else timer ??= setTimeout(pass, GATHERED_MS);
    },
  };
};
