import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { until } from '../tests/support/latch.ts';
import { emptyLine, press } from './hidden-line.ts';
import { memoryIo } from './memory-io.ts';
import { confirm, readValue } from './prompt.ts';

const lineOf = (keys: string | Uint8Array) => {
  const line = emptyLine();
  Buffer.from(keys).forEach((byte) => press(line, byte));
  return { text: Buffer.from(line.bytes).toString(), end: line.end };
};

for (const [what, keys, text, end] of [
  ['Enter', 'abc\r', 'abc', 'entered'],
  ['UTF-8', 'pässwörd€🔒\r', 'pässwörd€🔒', 'entered'],
  ['a tab', 'a\tb\r', 'a\tb', 'entered'],
  ['an empty line', '\r', '', 'entered'],
  ['^D after something', 'abc\u0004', 'abc', 'entered'],
  ['^D at once', '\u0004', '', 'interrupted'],
  ['^C', 'abc\u0003', 'abc', 'interrupted'],
  ['backspace over one character of several bytes', 'a🔒€\u007f\u007fb\u0008c\r', 'ac', 'entered'],
  ['backspace on nothing', '\u007fa\r', 'a', 'entered'],
  ['^U', 'abc\u0015d\r', 'd', 'entered'],
  ['arrows and function keys', 'a\u001b[Ab\u001bOPc\u001b[15~d\u001b[1;5Ce\r', 'abcde', 'entered'],
  ['a paste', '\u001b[200~ab c\u001b[201~\r', 'ab c', 'entered'],
  ['a pasted line with its end', '\u001b[200~abc\r\u001b[201~\r', 'abc', 'entered'],
  ['a paste of two lines', '\u001b[200~a\rb\u001b[201~\r', 'a\nb', 'more than one line'],
  ['two lines without bracketed paste', 'a\rb\r', 'a', 'more than one line'],
] as const) {
  test(`hidden line: ${what}`, (t) => t.deepEqual(lineOf(keys), { text, end }));
}

test('hidden line: whatever text is typed is kept', (t) => {
  // eslint-disable-next-line no-control-regex -- these are keys, not text
  const text = fc.string({ unit: 'binary' }).filter((typed) => !/[\u0000-\u0008\u000a-\u001f\u007f]/.test(typed));
  fc.assert(fc.property(text, (typed) => t.deepEqual(lineOf(`${typed}\r`), { text: typed, end: 'entered' })));
});

test('a hidden prompt leaves the terminal as it was, and shows nothing of the value', async (t) => {
  const { io, type, rawModes, stderr } = memoryIo({ terminals: ['stdin', 'stderr'] });
  const value = readValue(io, 'value')();
  type('hun');
  type('ter2\r');
  t.deepEqual(await value, { _tag: 'Right', right: Uint8Array.from(Buffer.from('hunter2')) });
  t.deepEqual(rawModes, [true, false]);
  t.is(stderr(), '\u001b[?2004hvalue (not shown): \u001b[?2004l\n');
});

test('^C at a hidden prompt stops with 130, the terminal as it was', async (t) => {
  const { io, type, rawModes } = memoryIo({ terminals: ['stdin'] });
  const value = readValue(io, 'value')();
  type('hun\u0003');
  t.like(await value, { _tag: 'Left', left: { exit: 130 } });
  t.deepEqual(rawModes, [true, false]);
});

test('what is piped is kept byte for byte, up to the limit', async (t) => {
  const piped = (stdin: Uint8Array) => readValue(memoryIo({ stdin }).io, 'value')();
  await fc.assert(
    fc.asyncProperty(fc.uint8Array(), async (bytes) => {
      const result = await piped(bytes);
      t.deepEqual(result._tag === 'Right' && Uint8Array.from(result.right), bytes);
    }),
  );
  const full = await piped(new Uint8Array(65_536));
  t.is(full._tag === 'Right' && full.right.length, 65_536);
  t.like(await piped(new Uint8Array(65_537)), { _tag: 'Left', left: { exit: 65 } });
});

const confirmed = async (answer: string) => {
  const { io, type, stderr } = memoryIo({ terminals: ['stdin'] });
  const result = confirm(io, 'delete it?', false)();
  type(answer);
  return { result: await result, stderr: stderr() };
};

test('what cannot be undone is asked about: y goes on, anything else stops', async (t) => {
  t.deepEqual(await confirmed('y\n'), { result: { _tag: 'Right', right: undefined }, stderr: 'delete it? [y/N] ' });
  t.is((await confirmed('YES\n')).result._tag, 'Right');
  for (const answer of ['\n', 'n\n', 'yy\n']) t.like((await confirmed(answer)).result, { _tag: 'Left', left: { exit: 130 } });
});

test('--yes settles it, and a script is not asked', async (t) => {
  for (const [setting, yes] of [[{ stdin: 'n\n' }, false], [{ terminals: ['stdin'] }, true]] as const) {
    const { io, stderr } = memoryIo(setting);
    t.is((await confirm(io, 'delete it?', yes)())._tag, 'Right');
    t.is(stderr(), '');
  }
});

/** A program that asks for a value and writes what came of it to a file, then the state of its terminal. */
const ASKS = `
  import { readValue } from '${new URL('./prompt.ts', import.meta.url).href}';
  import { processIo } from '${new URL('./io.ts', import.meta.url).href}';
  import { writeFileSync } from 'node:fs';
  const outcome = await readValue(processIo(), 'value')();
  writeFileSync(process.env.OUTCOME, outcome._tag === 'Right' ? 'value ' + Buffer.from(outcome.right).toString() : 'exit ' + outcome.left.exit);
  process.exit(0);
`;

const LIMIT_MS = 60_000;

const overPty = async (t: ExecutionContext, keys: string) => {
  const outcome = join(await mkdtemp(join(tmpdir(), 'jetlock-')), 'outcome');
  const child = spawn('script', ['-qec', '"$NODE" --import=tsx --input-type=module -e "$ASKS"; stty -a', '/dev/null'], {
    cwd: new URL('..', import.meta.url),
    env: { PATH: '/usr/bin:/bin', NODE: process.execPath, ASKS, OUTCOME: outcome, SHELL: '/bin/sh' },
  });
  t.teardown(() => child.kill('SIGKILL'));
  let shown = '';
  let typed = false;
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
    if (typed || !shown.includes('(not shown)')) return;
    typed = true;
    child.stdin.write(keys);
  });
  await until(once(child, 'close'), LIMIT_MS, 'the end of the program');
  return { shown, outcome: await readFile(outcome, 'utf8') };
};

if (existsSync('/usr/bin/script')) {
  test('on a real terminal the value is not shown, and echo is on again afterwards', async (t) => {
    const { shown, outcome } = await overPty(t, 'pässwörd€🔒\r');
    t.is(outcome, 'value pässwörd€🔒');
    t.false(shown.includes('ssw'));
    t.regex(shown, /[^-]icanon/);
    t.regex(shown, / echo /);
  });

  test('on a real terminal ^C stops, and echo is on again afterwards', async (t) => {
    const { shown, outcome } = await overPty(t, 'pass\u0003');
    t.is(outcome, 'exit 130');
    t.false(shown.includes('pass'));
    t.regex(shown, / echo /);
  });
}

test('a second question is heard after a first one', async (t) => {
  const { io, type } = memoryIo({ terminals: ['stdin', 'stderr'] });
  for (const text of ['one', 'two']) {
    const asked = readValue(io, 'passphrase')();
    type(`${text}\r`);
    t.deepEqual(await asked, { _tag: 'Right', right: Uint8Array.from(Buffer.from(text)) });
  }
});
