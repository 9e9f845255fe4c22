import { isIPv4, isIPv6 } from 'node:net';
import test from 'ava';
import fc from 'fast-check';
import { FORMATS, Pattern, type Format } from '../../events/expectation.ts';
import { ServiceName, sure } from '../../events/vocabulary.ts';
import { checkValue } from './check.ts';

const service = sure(ServiceName, 'shop');
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const fitsFormat = async (format: Format, text: string) => (await checkValue(service, { format, pattern: null }, bytes(text)))[0]?.fits;
const fitsPattern = async (pattern: string, text: string) => (await checkValue(service, { format: null, pattern: sure(Pattern, pattern) }, bytes(text)))[0]?.fits;

const CASES: { readonly [F in Format]: readonly [good: ReadonlyArray<string>, bad: ReadonlyArray<string>] } = {
  date: [['2024-02-29', '2000-02-29', '0001-12-31'], ['2023-02-29', '1900-02-29', '2024-13-01', '2024-00-10', '2024-1-1', '2024-01-01\n']],
  time: [['00:00:00Z', '23:59:60z', '22:59:60-01:00', '08:30:06.283185+00:20'], ['24:00:00Z', '12:00:00', '12:59:60Z', '12:00:00+24:00', '12:00:60.5Z']],
  'date-time': [['1985-04-12T23:20:50.52Z', '1990-12-31t23:59:60z'], ['1985-04-12 23:20:50Z', '1985-04-31T23:20:50Z', '1985-04-12T']],
  duration: [['P1Y2M3DT4H5M6S', 'PT0S', 'P4W'], ['P', 'PT', 'P1', '1D', 'P1WT1S', 'P1D\n']],
  email: [['joe@example.org', '"a b"@x.y', 'joe+x@[127.0.0.1]', 'a@[IPv6:::1]'], ['joe', '@x.y', 'a@', 'a..b@x.y', 'a@x..y', 'a@b@c', `${'x'.repeat(65)}@y.z`]],
  hostname: [['localhost', 'a.b-c.example', 'xn--nxasmq6b'], ['-a', 'a-', 'a..b', 'a_b', '', 'a.', `${'a'.repeat(64)}.b`]],
  ipv4: [['127.0.0.1'], ['256.0.0.1', '1.2.3', '01.2.3.4', '127.0.0.1 ']],
  ipv6: [['::1', '2001:db8::ff00:42:8329', '::ffff:1.2.3.4'], ['::1%eth0', '1::2::3', '12345::', '']],
  uri: [
    ['https://user:pw@host:5432/a?b=c#d', 'urn:isbn:0451450523', 'http://[::1]:80/', 'mailto:a@b', 'postgres://h/db', 'a:', 'http://x/?a=/?'],
    ['//no/scheme', 'not a uri', 'http://a b', 'http://x/%zz', 'http://[::1', 'http://h:port/', 'http://x\n', 'http://a@b@c/', 'http://ü/', 'a#b'],
  ],
  uuid: [['2EB8AA08-aa98-11ea-b4aa-73b441d16380'], ['2eb8aa08aa9811eab4aa73b441d16380', 'urn:uuid:2eb8aa08-aa98-11ea-b4aa-73b441d16380']],
};

for (const format of FORMATS)
  test(`the format ${format}`, async (t) => {
    const [good, bad] = CASES[format];
    for (const text of good) t.true(await fitsFormat(format, text), text);
    for (const text of bad) t.false(await fitsFormat(format, text), JSON.stringify(text));
  });

test('an address is one where it is one for Node', async (t) => {
  const parts = fc.oneof({ weight: 4, arbitrary: fc.constantFrom('0', '1', 'ff', 'FFFF', '12345', 'g', '') }, fc.constantFrom('1.2.3.4', '01.2.3.4', '1.2.3'));
  const groups = fc.array(parts, { maxLength: 9 }).map((all) => all.join(':'));
  const dotted = fc.array(fc.constantFrom('0', '7', '42', '199', '249', '255', '256', '00', '', '1000'), { maxLength: 5 }).map((all) => all.join('.'));
  await fc.assert(
    fc.asyncProperty(fc.oneof(groups, dotted, fc.ipV4(), fc.ipV6()), async (text) => {
      t.deepEqual([await fitsFormat('ipv4', text), await fitsFormat('ipv6', text)], [isIPv4(text), isIPv6(text)], text);
    }),
    { numRuns: 2_000 },
  );
});

test('a pattern is found anywhere, unless it says where', async (t) => {
  t.true(await fitsPattern('b', 'abc'));
  t.false(await fitsPattern('^b', 'abc'));
  t.false(await fitsPattern('^abc$', 'abc\n'));
  t.true(await fitsPattern('^\\p{Lu}\\u00e9/\\/(?<x>🔒)$', 'Éé//🔒'));
});

test('what is no pattern, or none for this engine, cannot be told', async (t) => {
  for (const pattern of ['(', '(?=a)a', '(?<!b)a', '(a)\\1', '[[:alpha:]]', '(?i)a', 'a{1001}', '(a{100}){11}', '(?:[ab]?c){900}', `${'(?:'.repeat(9)}a${'){2}'.repeat(9)}`.repeat(2)])
    t.is(await fitsPattern(pattern, 'a'), null, pattern);
});

test('bytes that are no text have neither format nor pattern; what is not expected is not looked at', async (t) => {
  const checks = await checkValue(service, { format: 'uri', pattern: sure(Pattern, '') }, Uint8Array.of(0xff, 0xfe));
  t.deepEqual(checks.map(({ kind, fits }) => [kind, fits]), [['format', false], ['pattern', false]]);
  t.deepEqual(await checkValue(service, { format: null, pattern: null }, bytes('x')), []);
});

// A backtracking engine does not come to an end with these, and the test would not either.
test('patterns that are made to take long do not', async (t) => {
  const long = 'a'.repeat(65_536);
  t.true(await fitsPattern('(a+)+$', long));
  t.false(await fitsPattern('^(a+)+$', `${long.slice(0, 50_000)}!`));
  t.false(await fitsPattern('^(a|a?)+$', `${long.slice(0, 40_000)}!`));
  t.is(await fitsPattern('^(?:.*a.{31}|.*b.{37}){5}!$', long), null);
  t.not(await fitsPattern(`${'(?:'.repeat(50)}a${')*'.repeat(50)}b`, 'a'.repeat(500)), undefined);
});

const PIECES = ['a', 'b', '.', '\\d', '[ab]', '[^a]', '(', '(?:', ')', '|', '*', '+', '?', '{2}', '{0,40}', '{3,}', '^', '$', '\\p{L}', '\\b', '\\1', '(?=', ']', '\\'];
const patterns = fc.oneof(fc.array(fc.constantFrom(...PIECES), { maxLength: 25 }).map((pieces) => pieces.join('')), fc.string({ maxLength: 40 })).filter((text) => Pattern.is(text));

test('whatever is expected of whatever value: an answer, the same as from JavaScript where it is one', async (t) => {
  const values = fc.oneof(fc.uint8Array({ maxLength: 30 }), fc.string({ unit: fc.constantFrom('a', 'b', '1', ' ', '@', ':', '/'), maxLength: 12 }).map(bytes));
  await fc.assert(
    fc.asyncProperty(patterns, fc.constantFrom(...FORMATS), values, async (pattern, format, value) => {
      const checks = await checkValue(service, { format, pattern: sure(Pattern, pattern) }, value);
      const [ofFormat, ofPattern] = checks.map(({ fits }) => fits);
      const text = new TextDecoder().decode(value);
      const isPlain = /^[ -~]*$/.test(text) && bytes(text).length === value.length;
      return checks.length === 2 && typeof ofFormat === 'boolean' && (ofPattern === null || !isPlain || ofPattern === new RegExp(pattern, 'u').test(text));
    }),
    { numRuns: 500 },
  );
  t.pass();
});
