import test from 'ava';
import * as E from 'fp-ts/lib/Either.js';
import { logLevel } from './log-level.ts';
import { memoryIo } from './memory-io.ts';
import { runProgram } from './program.ts';

test('the level is that of the variable, else that of the command', (t) => {
  for (const environment of [{}, { JETLOCK_LOG_LEVEL: '' }]) t.deepEqual(logLevel(memoryIo({ environment }).io, 'warn'), E.right('warn'));
  t.deepEqual(logLevel(memoryIo({ environment: { JETLOCK_LOG_LEVEL: 'debug' } }).io, 'warn'), E.right('debug'));
});

for (const command of ['dev', 'serve']) {
  test(`jetlock ${command} does not start with a level that there is not, and says which there are`, async (t) => {
    const { io, stderr } = memoryIo({ environment: { JETLOCK_LOG_LEVEL: 'loud', JETLOCK_NATS: 'nats://127.0.0.1:1' } });
    t.is(await runProgram([command], io), 78);
    t.regex(stderr(), /^jetlock: JETLOCK_LOG_LEVEL is not a level\nhint: .*trace, debug, info, warn, error, fatal, silent\n$/);
  });
}
