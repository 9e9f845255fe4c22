import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import test, { type ExecutionContext } from 'ava';
import { until } from '../../tests/support/latch.ts';

const LIMIT_MS = 60_000;

/** What a process that logs and then ends in that way leaves behind. */
const loggedBy = async (t: ExecutionContext, ending: string): Promise<string> => {
  const program = `
    import { makeLogger } from './services/observe/access-log.ts';
    const logger = makeLogger('info');
    for (let n = 0; n < 2000; n += 1) logger.info({ n }, 'line');
    ${ending}`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], { stdio: ['ignore', 'ignore', 'pipe'] });
  t.teardown(() => child.kill('SIGKILL'));
  return until(text(child.stderr), LIMIT_MS, 'the end of the process');
};

const ENDINGS = { 'of itself': '', 'by an exit': 'process.exit(3);', 'by an error that nobody catches': "throw new Error('of the test');", 'a turn later': 'setImmediate(() => process.exit());' };

for (const [how, ending] of Object.entries(ENDINGS)) {
  test.serial(`every line is written once, in order, by a process that ends ${how}`, async (t) => {
    const lines = (await loggedBy(t, ending)).split('\n').filter((line) => line.startsWith('{'));
    t.deepEqual(lines.map((line) => (JSON.parse(line) as { readonly n: number }).n), Array.from({ length: 2_000 }, (_, n) => n));
  });
}
