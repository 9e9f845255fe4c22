import test from 'ava';
import fc from 'fast-check';
import { Digest } from '../events/vocabulary.ts';
import { concat, utf8 } from './bytes.ts';
import { hash, hashing, newSalt, valueDigest } from './hash.ts';
import { sha256 } from './sha256.ts';
import { allFlipped, anyBytes } from './testing.ts';

test('the published digests of the empty string', (t) => {
  const hex = (digest: Digest) => Buffer.from(digest, 'base64url').toString('hex');
  t.is(hex(hash(new Uint8Array())), '0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8');
  t.is(hex(sha256(new Uint8Array())), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

test('a digest is a Digest', (t) => {
  fc.assert(fc.property(anyBytes, (b) => t.true(Digest.is(hash(b)) && Digest.is(sha256(b)))));
});

test('any bit of salt or value makes another digest', (t) => {
  const [salt, value] = [newSalt(), utf8('a value')];
  const digests = [valueDigest(salt, value), ...allFlipped(salt).map((s) => valueDigest(s, value)), ...allFlipped(value).map((v) => valueDigest(salt, v))];
  t.is(new Set(digests).size, digests.length);
});

test('a digest leaves salt and value as they were', (t) => {
  const [salt, value] = [newSalt(), utf8('a value')];
  const before = [...salt];
  t.is(valueDigest(salt, value), valueDigest(salt, value));
  t.deepEqual([...salt], before);
  t.deepEqual(value, utf8('a value'));
});

test('a salt of another length is refused', (t) => {
  for (const length of [0, 31, 33]) t.throws(() => valueDigest(new Uint8Array(length), new Uint8Array(4)), { instanceOf: RangeError });
});

test('piece by piece and at once are the same digest', (t) => {
  for (const sizes of [[], [0], [1, 127, 128, 129], [70_000, 1]]) {
    const pieces = sizes.map((size, n) => new Uint8Array(size).fill(n + 1));
    const piecewise = hashing();
    for (const piece of pieces) piecewise.add(piece);
    t.is(piecewise.digest(), hash(concat(...pieces)));
  }
});
