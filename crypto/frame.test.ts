import test from 'ava';
import fc from 'fast-check';
import { toBase64, utf8 } from './bytes.ts';
import { frame, frameBound, passingFrame, writeFrame } from './frame.ts';
import type { Part } from './frame.ts';

const number = fc.maxSafeNat();
const part: fc.Arbitrary<Part> = fc.oneof(fc.string({ unit: 'binary', maxLength: 5 }), fc.uint8Array({ maxLength: 5 }), number);

/** What a frame is meant to keep apart: lists of byte strings. */
const meaning = (parts: ReadonlyArray<Part>) =>
  JSON.stringify(parts.map((p) => (typeof p === 'number' ? p.toString(16).padStart(16, '0') : Buffer.from(typeof p === 'string' ? utf8(p) : p).toString('hex'))));

test('two frames are the same only if domain and parts are', (t) => {
  // Few different bytes and short parts, so that a frame that could be split in two ways would be met.
  const tiny = fc.oneof(fc.string({ unit: fc.constantFrom('', '\u0000', '\u0001', 'a'), maxLength: 6 }), fc.uint8Array({ max: 2, maxLength: 6 }), fc.nat(3));
  const list = fc.tuple(fc.constantFrom('', 'a', '\u0000'), fc.array(tiny, { maxLength: 4 }));
  fc.assert(
    fc.property(list, list, ([d, p], [e, q]) => t.is(toBase64(frame(d, ...p)) === toBase64(frame(e, ...q)), meaning([d, ...p]) === meaning([e, ...q]))),
    { numRuns: 5_000 },
  );
});

test('moving a byte over a border changes the frame', (t) => {
  const different = [frame('a', 'bc'), frame('ab', 'c'), frame('a', 'b', 'c'), frame('abc'), frame('a', 'bc', ''), frame('', 'a', 'bc')];
  t.is(new Set(different.map(toBase64)).size, different.length);
});

test('a frame is never longer than its bound, and fills no more than its length', (t) => {
  fc.assert(
    fc.property(fc.string(), fc.array(part), (domain, parts) => {
      const bound = frameBound(domain, parts);
      const space = new Uint8Array(bound + 8).fill(0xaa);
      const length = writeFrame(space, domain, parts);
      t.true(length <= bound);
      t.deepEqual(space.slice(0, length), frame(domain, ...parts));
      t.deepEqual(passingFrame(domain, ...parts), frame(domain, ...parts));
      t.true(space.subarray(bound).every((byte) => byte === 0xaa));
    }),
  );
});

test('a frame that is longer than any before has room as well', (t) => {
  for (const bytes of [10, 100_000, 20]) t.deepEqual(passingFrame('d', new Uint8Array(bytes).fill(9)), frame('d', new Uint8Array(bytes).fill(9)));
});

test('halves of surrogate pairs stay apart from each other and from U+FFFD', (t) => {
  const different = ['\ud800', '\ud801', '\udc00', '\ufffd', '\ud83d\udd11', '\udd11\ud83d', 'a\ud800', '\ud800a'];
  t.is(new Set(different.map((text) => toBase64(frame('d', text)))).size, different.length);
  t.deepEqual(frame('d', 'é\ud800🔑').subarray(9), Uint8Array.of(0xc3, 0xa9, 0xed, 0xa0, 0x80, 0xf0, 0x9f, 0x94, 0x91));
});

test('a number is eight bytes, big-endian', (t) => {
  fc.assert(fc.property(number, (n) => t.is(Buffer.from(frame('d', n)).readBigUInt64BE(9), BigInt(n))));
  for (const n of [0, 2 ** 31, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER]) t.is(Buffer.from(frame('d', n)).readBigUInt64BE(9), BigInt(n));
});

for (const n of [-1, 0.5, NaN, Infinity, 2 ** 53]) {
  test(`no frame for the number ${n}`, (t) => {
    t.throws(() => frame('d', n), { instanceOf: RangeError });
  });
}
