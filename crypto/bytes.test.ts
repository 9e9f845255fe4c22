import { timingSafeEqual } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import { base64, portable } from './base64.ts';
import { concat, equal, equalText, fromBase64, fromUtf8, toBase64, utf8, wipe } from './bytes.ts';

const bytes = fc.uint8Array({ maxLength: 300 });

test('base64url goes there and back, and both makers agree', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(bytes, (b) => {
        t.is(base64.encode(b), portable.encode(b));
        t.deepEqual(fromBase64(toBase64(b)), b);
        t.deepEqual(portable.decode(toBase64(b)), b);
      }),
    ),
  );
});

test('decoding into a place writes there, and nothing behind it', (t) => {
  fc.assert(
    fc.property(bytes, (b) => {
      for (const { over } of [base64, portable]) {
        const whole = new Uint8Array(b.length + 4).fill(7);
        t.is(over(whole).decode(toBase64(b), 2), b.length);
        t.deepEqual([...whole], [7, 7, ...b, 7, 7]);
        t.is(over(whole).encode(2, b.length + 2), toBase64(b));
      }
    }),
  );
});

test('base64url of a part of a larger buffer is of that part', (t) => {
  const whole = utf8('xxhelloyy');
  t.is(toBase64(whole.subarray(2, 7)), toBase64(utf8('hello')));
});

test('decoded bytes own their memory', (t) => {
  const decoded = fromBase64('AAEC');
  t.is(decoded.buffer.byteLength, 3);
  t.is(Object.getPrototypeOf(decoded), Uint8Array.prototype);
});

for (const text of ['A', 'AB', 'AAB', 'AA==', 'AA=', '+/+/', 'AA AA', 'AAAA\n', ' AAAA', 'AA.A', 'ÁAAA', 'AAAA\u0000', 'AAA\u0141']) {
  test(`not base64url: ${JSON.stringify(text)}`, (t) => {
    for (const { decode, over } of [base64, portable]) {
      t.throws(() => decode(text), { instanceOf: TypeError, message: 'not base64url' });
      t.throws(() => over(new Uint8Array(9)).decode(text, 0), { instanceOf: TypeError, message: 'not base64url' });
    }
  });
}

test('what decodes is what its bytes encode to, for any text', (t) => {
  const decoded = ({ decode }: typeof base64, text: string) => {
    try {
      return toBase64(decode(text));
    } catch {
      return undefined;
    }
  };
  const text = fc.string({ unit: fc.constantFrom('A', 'B', 'Q', '_', '-', '9', '=', '+', '/', ' ', '\n', 'é'), maxLength: 9 });
  fc.assert(
    fc.property(text, (s) => {
      const [one, other] = [decoded(base64, s), decoded(portable, s)];
      t.is(one, other);
      t.true(one === undefined || one === s);
    }),
    { numRuns: 2_000 },
  );
});

test('text goes there and back as UTF-8, the byte order mark too', (t) => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (s) => t.is(fromUtf8(utf8(s)), s)));
  t.is(fromUtf8(utf8('\ufeffx')), '\ufeffx');
});

test('bytes that are not UTF-8 throw', (t) => {
  for (const bad of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82]]) t.throws(() => fromUtf8(Uint8Array.from(bad)), { instanceOf: TypeError });
});

test('concat is the parts in their order', (t) => {
  fc.assert(fc.property(fc.array(bytes), (parts) => t.deepEqual([...concat(...parts)], parts.flatMap((part) => [...part]))));
});

test('equal is equality', (t) => {
  const few = fc.uint8Array({ maxLength: 3, max: 2 });
  fc.assert(fc.property(few, few, (a, b) => t.is(equal(a, b), toBase64(a) === toBase64(b))), { numRuns: 1_000 });
  fc.assert(fc.property(bytes, (a) => t.true(equal(a, Uint8Array.from(a)) && timingSafeEqual(a, Uint8Array.from(a)))));
});

test('equal sees a difference at every place, and of length', (t) => {
  const a = new Uint8Array(32);
  for (let i = 0; i < a.length; i += 1) t.false(equal(a, a.with(i, 1)));
  t.false(equal(a, a.subarray(1)));
  t.true(equal(new Uint8Array(), new Uint8Array()));
});

test('texts are equal as their units are', (t) => {
  const few = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '\ud800'), maxLength: 3 });
  fc.assert(fc.property(few, few, (a, b) => t.is(equalText(a, b), a === b)), { numRuns: 1_000 });
  const text = 'k'.repeat(66);
  for (let i = 0; i < text.length; i += 1) t.false(equalText(text, `${text.slice(0, i)}x${text.slice(i + 1)}`));
  t.true(equalText(text, `${text.slice(1)}k`));
});

test('wipe leaves zeros, and only in its part of a buffer', (t) => {
  const whole = Uint8Array.of(1, 2, 3, 4);
  wipe(whole.subarray(1, 3));
  t.deepEqual(whole, Uint8Array.of(1, 0, 0, 4));
});

test('text of any length becomes the bytes of a TextEncoder, in memory of its own', (t) => {
  const encoder = new TextEncoder();
  for (const length of [0, 1, 5_461, 5_462, 100_000]) {
    const bytes = utf8('\u20ac'.repeat(length));
    t.deepEqual(bytes, encoder.encode('\u20ac'.repeat(length)));
    t.is(bytes.buffer.byteLength, bytes.length);
  }
});
