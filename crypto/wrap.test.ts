import test from 'ava';
import fc from 'fast-check';
import { Fingerprint } from '../events/vocabulary.ts';
import { randomId } from './random.ts';
import { Redacted } from './redacted.ts';
import { anyBytes, flipped } from './testing.ts';
import { keyFingerprint, newKey, unwrapKey, wrapKey } from './wrap.ts';

const wrapping = newKey();
const place = { id: randomId(), purpose: 'namespace', wrappedBy: randomId() };

test('a wrapped key comes out as it went in, of any length', (t) => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      const unwrapped = unwrapKey(wrapping, wrapKey(wrapping, new Redacted(bytes), place), place);
      t.deepEqual(unwrapped?.reveal(), bytes);
    }),
  );
});

test('a wrapped key opens in its own place only, with its own key only', (t) => {
  const wrapped = wrapKey(wrapping, newKey(), place);
  t.is(unwrapKey(wrapping, wrapped, { ...place, id: randomId() }), undefined);
  t.is(unwrapKey(wrapping, wrapped, { ...place, purpose: 'root' }), undefined);
  t.is(unwrapKey(wrapping, wrapped, { ...place, wrappedBy: randomId() }), undefined);
  t.is(unwrapKey(newKey(), wrapped, place), undefined);
});

test('new keys differ and have 32 bytes', (t) => {
  const [one, other] = [newKey(), newKey()];
  t.is(one.reveal().length, 32);
  t.notDeepEqual(one.reveal(), other.reveal());
});

test('the fingerprint of a key is always the same, and another for every other key', (t) => {
  const key = newKey();
  const others = Array.from({ length: 256 }, (_, bit) => keyFingerprint(new Redacted(flipped(key.reveal(), bit))));
  t.true(Fingerprint.is(keyFingerprint(key)));
  t.is(keyFingerprint(key), keyFingerprint(new Redacted(Uint8Array.from(key.reveal()))));
  t.is(new Set([keyFingerprint(key), ...others]).size, 257);
});
