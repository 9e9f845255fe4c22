/** Lines of a log on their way out, many with one write: to write a line by itself takes longer than everything else about it. */
import { pino, type DestinationStream } from 'pino';

/** How late a line may be. */
const GATHERED_MS = 50;
const GATHERED_CHARS_MAX = 64 * 1024;

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
  const pass = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const passed = lines;
    lines = '';
    out.write(passed);
  };
  if (atExit.size === 0) process.once('exit', writeLast);
  atExit.add(() => {
    if (lines === '') return;
    pass();
    out.flushSync();
  });
  return {
    write: (line) => {
      lines += line;
      if (lines.length > GATHERED_CHARS_MAX) pass();
      else timer ??= setTimeout(pass, GATHERED_MS);
    },
  };
};
