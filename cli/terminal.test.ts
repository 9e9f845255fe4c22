import test from 'ava';
import fc from 'fast-check';
import { EXIT, exitCodeOfRefusal } from './exit-codes.ts';
import { memoryIo } from './memory-io.ts';
import { progress } from './progress.ts';
import { fail } from './failure.ts';
import { printable, printJson, printLines, printValue, report } from './terminal.ts';
import { textTable, width } from './text-table.ts';

test('a failure is told in two lines on stderr, nothing on stdout', async (t) => {
  const { io, stdout, stderr } = memoryIo();
  await report(io, fail(EXIT.unavailable, 'nats does not answer', 'jetlock doctor'), false);
  t.is(stderr(), 'jetlock: nats does not answer\nhint: jetlock doctor\n');
  t.is(stdout(), '');
});

test('with --json a failure is the one document on stdout', async (t) => {
  const { io, stdout } = memoryIo();
  await report(io, fail(EXIT.refused, 'refused'), true);
  t.deepEqual(JSON.parse(stdout()), { error: { exit: 77, message: 'refused' } });
});

test('colours on a terminal only, and not where NO_COLOR is set', async (t) => {
  const said = async (setting: Parameters<typeof memoryIo>[0]) => {
    const { io, stderr } = memoryIo(setting);
    await report(io, fail(EXIT.usage, 'no'), false);
    return stderr();
  };
  t.is(await said({ terminals: ['stderr'] }), '\u001b[31mjetlock:\u001b[39m no\n');
  t.is(await said({ terminals: ['stderr'], environment: { NO_COLOR: '1' } }), 'jetlock: no\n');
  t.is(await said({ terminals: ['stderr'], environment: { TERM: 'dumb' } }), 'jetlock: no\n');
});

test('what others wrote cannot steer the terminal', (t) => {
  t.is(printable('a\u001b[2J\rb\u0007\u009b\u202e'), 'a?[2J?b???');
  t.is(printable('pässwörd€🔒 \n\t'), 'pässwörd€🔒 \n\t');
});

test('a value that is piped is exactly its bytes', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array(), async (value) => {
      const { io, stdoutBytes } = memoryIo();
      t.deepEqual(await printValue(io, value), { _tag: 'Right', right: undefined });
      t.deepEqual(Uint8Array.from(stdoutBytes()), value);
    }),
  );
});

test('a text value gets a line of its own on a terminal', async (t) => {
  const printed = async (value: string) => {
    const { io, stdout } = memoryIo({ terminals: ['stdout'] });
    await printValue(io, Buffer.from(value));
    return stdout();
  };
  t.is(await printed('pässwörd€🔒'), 'pässwörd€🔒\n');
  t.is(await printed('a\r\nb\n'), 'a\r\nb\n');
  t.is(await printed(''), '');
});

for (const [what, value] of [
  ['bytes that are no text', Uint8Array.of(0xff, 0x00)],
  ['an escape sequence', Buffer.from('\u001b]0;title\u0007')],
  ['a carriage return that hides what stands before it', Buffer.from('bad\rgood')],
] as const) {
  test(`refuses to print ${what} on a terminal`, async (t) => {
    const { io, stdout } = memoryIo({ terminals: ['stdout'] });
    const result = await printValue(io, value);
    t.is(result._tag === 'Left' ? result.left.exit : EXIT.ok, EXIT.badInput);
    t.is(stdout(), '');
  });
}

test('results are lines or one document', async (t) => {
  const { io, stdout } = memoryIo();
  await printLines(io, ['a', 'b']);
  await printJson(io, { c: 1 });
  t.is(stdout(), 'a\nb\n{"c":1}\n');
});

test('a table counts places, not characters', (t) => {
  t.deepEqual(textTable(['name', 'note'], [['日本', 'wide'], ['e\u0301🔒', 'combined'], ['', 'a\nb\u001b']]), [
    'NAME  NOTE',
    '日本  wide',
    'e\u0301🔒   combined',
    '      a?b?',
  ]);
  t.deepEqual([width('👩‍👩‍👧'), width('한글'), width('abc'), width('❤️')], [2, 4, 3, 2]);
});

test('the rows of a table are its lines, without space at their ends', (t) => {
  const rows = fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })));
  fc.assert(
    fc.property(rows, (cells) => {
      const lines = textTable(['a', 'b'], cells);
      t.is(lines.length, cells.length + 1);
      t.true(lines.every((line) => line === line.trimEnd() && !line.includes('\n')));
    }),
  );
});

test('a bar is drawn on a terminal and taken away, elsewhere there is nothing', (t) => {
  const terminal = memoryIo({ terminals: ['stderr'], environment: { NO_COLOR: '1' } });
  const bar = progress(terminal.io, 'importing', 4);
  bar.at(2);
  bar.end();
  t.is(terminal.stderr().split('\r').at(2), `\u001b[Kimporting ${'█'.repeat(12)}${'░'.repeat(12)} 2/4`);
  t.true(terminal.stderr().endsWith('\r\u001b[K'));
  const file = memoryIo();
  progress(file.io, 'importing', 4).at(2);
  t.is(file.stderr(), '');
});

test('each kind of refusal has its exit code, and the rest is about input', (t) => {
  const codes = ['credential_pending', 'refused', 'role', 'signature', 'replayed', 'unauthorized', 'unavailable', 'busy', 'not_found', 'bad_path', 'toString'];
  t.deepEqual(codes.map(exitCodeOfRefusal), [75, 77, 77, 77, 77, 77, 69, 69, 66, 65, 65]);
});
