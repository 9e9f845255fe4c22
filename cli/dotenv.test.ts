import { readFile } from 'node:fs/promises';
import test from 'ava';
import dotenv from 'dotenv';
import fc from 'fast-check';
import { parseDotenv } from './dotenv.ts';

const read = (text: string | Uint8Array) => parseDotenv(Buffer.from(text));
const valuesOf = (text: string): Record<string, string> => {
  const result = read(text);
  if (result._tag === 'Left') throw new Error(JSON.stringify(result.left));
  return Object.fromEntries(result.right.map(({ key, value }) => [key, Buffer.from(value).toString()]));
};
const badLinesOf = (text: string | Uint8Array): ReadonlyArray<number> => {
  const result = read(text);
  return result._tag === 'Left' ? result.left.map(({ line }) => line) : [];
};

const taken: ReadonlyArray<readonly [string, string, Record<string, string>]> = [
  ['bare', 'A=b c ', { A: 'b c' }],
  ['spaces around =', ' A \t=  b', { A: 'b' }],
  ['export', 'export A=b\n  export  B=c', { A: 'b', B: 'c' }],
  ['a name that is export', 'export=b', { export: 'b' }],
  ['empty values', 'A=\nB=""\nC=\'\'\nD= # nothing\nE=``', { A: '', B: '', C: '', D: '', E: '' }],
  ['comments', '# c\n\n \t# it\'s "c"\nA=b # it\'s\nB="c" # d\n', { A: 'b', B: 'c' }],
  ['# inside quotes', 'A="b # c"\nB=\'#\'\nC=`d #e`', { A: 'b # c', B: '#', C: 'd #e' }],
  ['several lines in each kind of quotes', 'A="1\n2"\nB=\'\n# 3\n\'\nC=`4\n\n5`\nD=6', { A: '1\n2', B: '\n# 3\n', C: '4\n\n5', D: '6' }],
  ['escapes in double quotes only', 'A="1\\n2\\r3"\nB=\'1\\n2\'\nC=1\\n2\nD=`1\\n2`', { A: '1\n2\r3', B: '1\\n2', C: '1\\n2', D: '1\\n2' }],
  ['other backslashes are kept', 'A="C:\\Temp \\$x"', { A: 'C:\\Temp \\$x' }],
  ['UTF-8', 'A=pässwörd€🔒\nB="pässwörd€🔒"', { A: 'pässwörd€🔒', B: 'pässwörd€🔒' }],
  ['JSON', 'A=\'{"a":"it is \\"b\\""}\'\nB={"a":[1,2]}', { A: '{"a":"it is \\"b\\""}', B: '{"a":[1,2]}' }],
  ['quotes of another kind', 'A="it\'s"\nB=\'"\'\nC=`\'"`\nD=it\'s', { A: "it's", B: '"', C: '\'"', D: "it's" }],
  ['white space at the ends of a quoted value', 'A="  b  "', { A: '  b  ' }],
  ['no expansion', 'A=$B\nC="${A}"', { A: '$B', C: '${A}' }],
  ['= in a value', 'A=b=c==\nB="="', { A: 'b=c==', B: '=' }],
  ['byte order mark and CRLF', '\ufeffA=b\r\nB="c\r\nd"\r\n', { A: 'b', B: 'c\nd' }],
  ['names with dots and hyphens', 'a.b-C_9=1', { 'a.b-C_9': '1' }],
];

for (const [what, file, values] of taken) {
  test(`takes ${what}, as dotenv does`, (t) => {
    t.deepEqual(valuesOf(file), values);
    t.deepEqual(dotenv.parse(file), values);
  });
}

const refused: ReadonlyArray<readonly [string, string | Uint8Array, ReadonlyArray<number>]> = [
  ['a line without =', 'A=b\nhunter2\nexport C', [2, 3]],
  ['a colon in place of =', 'A: b', [1]],
  ['names outside the alphabet of paths', 'ä=1\nA B=2\n..=3\n.=4\nA/B=5\n=6', [1, 2, 3, 4, 5, 6]],
  ['a name of 65 characters', `${'A'.repeat(64)}=1\n${'B'.repeat(65)}=2`, [2]],
  ['a quote that is not closed, and goes on after it', 'A=1\nB="hunter2\nC=3\nnot good', [2, 4]],
  ['an opened quote that swallows the next value', 'A="hunter2\nB="c"', [1]],
  ['something after the closing quote', 'A="b"c\nB=\'d\' e\nC="f"#g', [1, 2, 3]],
  ['a backslash before a quote', 'A="b \\"c\\""\nB=\'it\\\'s\'', [1, 2]],
  ['two backslashes in double quotes', 'A="C:\\\\new"', [1]],
  ['# inside a bare value', 'A=b#c\nB=#d', [1, 2]],
  ['a bare PEM block, whose last line looks like an assignment', 'A=-----BEGIN X-----\nEXAMPLE==\n-----END X-----', [1, 3]],
  ['the same name twice', 'A=1\nB=2\nA=3\nexport A=4', [3, 4]],
  ['line separators that only some programs see', '# c\u2028A=1\nB=1\u2028C=2 ', [1]],
  ['white space that dotenv takes away', 'A=b\u00a0', [1]],
  ['a carriage return inside a line', 'A=b\rC=d', [1]],
  ['lines that are not UTF-8, with the other bad ones', Buffer.concat([Buffer.from('A=1\nB='), Buffer.from([0xff]), Buffer.from('\nbad')]), [2, 3]],
  ['UTF-16', Buffer.from('\ufeffA=1', 'utf16le'), [1]],
  ['a value over 64 KiB', `A=${'x'.repeat(65_536)}\nB="${'x'.repeat(65_537)}"`, [2]],
];

for (const [what, file, lines] of refused) {
  test(`refuses ${what}`, (t) => t.deepEqual(badLinesOf(file), lines));
}

test('a name that comes twice is told with both lines', (t) => {
  t.deepEqual(read('A=1\n\nA=2'), { _tag: 'Left', left: [{ line: 3, problem: 'the same name as in line 1' }] });
});

test('a line that dotenv reads in another way is refused, whatever the scanner thinks of it', (t) => {
  t.is(dotenv.parse('A=b\u00a0')['A'], 'b');
  t.deepEqual(badLinesOf('A=b\u00a0'), [1]);
});

test('the example has 40 values of every kind, all read as dotenv reads them', async (t) => {
  const file = await readFile(new URL('../examples/shop.env', import.meta.url), 'utf8');
  const values = valuesOf(file);
  t.is(Object.keys(values).length, 40);
  t.deepEqual(values, dotenv.parse(file));
  t.is(values['DATABASE_PASSWORD'], 'pässwörd€🔒');
  t.true(values['DATABASE_TLS_CA']?.endsWith('-----END CERTIFICATE-----\n'));
});

/** Pieces that files are made of, in orders that people would not think of. */
const piece = fc.constantFrom(
  ...['A', 'B', 'C', 'D', 'E', 'F', '=', '=', 'export ', '"', '"', "'", "'", '`', '#', ' #', ' ', '\t', '\n', '\n', '\n', '\r\n', '\\n', '\\', ':', '.'],
  ...['€', '\u2028', '\u00a0', '\ufeff', '🔒', '{"a":1}', '-----BEGIN X-----'],
);
const assignment = fc
  .tuple(fc.constantFrom('', 'export '), fc.string({ unit: fc.constantFrom('A', 'B', 'C', '_'), minLength: 3, maxLength: 9 }), fc.array(piece, { maxLength: 6 }), fc.constantFrom('', '"', "'", '`'))
  .map(([before, key, value, quote]) => `${before}${key}=${quote}${value.join('')}${quote}\n`);

test('what is accepted has the values that dotenv reads, and nothing else', (t) => {
  let accepted = 0;
  const files = fc.oneof(fc.array(piece, { maxLength: 20 }), fc.array(assignment, { maxLength: 5 })).map((parts) => parts.join(''));
  fc.assert(
    fc.property(files, (file) => {
      const result = read(file);
      if (result._tag === 'Left') return;
      accepted += result.right.length;
      t.deepEqual(Object.fromEntries(result.right.map(({ key, value }) => [key, Buffer.from(value).toString()])), dotenv.parse(file));
    }),
    { numRuns: 5000 },
  );
  t.true(accepted > 1000);
});

test('a problem never repeats anything of the file', (t) => {
  const marker = 'hunter2hunter2';
  const line = fc.array(fc.oneof(piece, fc.constant(marker)), { maxLength: 8 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
      const result = read(lines.join('\n'));
      t.false(result._tag === 'Left' && JSON.stringify(result.left).includes(marker));
    }),
  );
});
