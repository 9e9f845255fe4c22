/**
 * A file of tests that does not come to an end fails as that file, and the others go on: AVA notices only a run in which nothing
 * happens at all, and cannot end a process that does not listen. Loaded into the process of each file, before its tests.
 */
import { writeSync } from 'node:fs';
import { scaled } from './scale.ts';

/** Many times what the longest of them takes. */
const LIMIT_MS = scaled(10, 120) * 60_000;

const end = (): void => {
  const waitsFor = [...new Set(process.getActiveResourcesInfo())].join(', ');
  writeSync(process.stderr.fd, `a file of tests is not over after ${LIMIT_MS / 60_000} minutes, and waits for: ${waitsFor}\n`);
  // What its tests have started ends with it.
  process.emit('exit', 1);
  process.kill(process.pid, 'SIGKILL');
};

setTimeout(end, LIMIT_MS).unref();
