import test from 'ava';
import fc from 'fast-check';
import type { SecretPath, Version } from '../events/vocabulary.ts';
import { Ciphertext } from '../events/vocabulary.ts';
import { encrypt } from './aead.ts';
import { utf8 } from './bytes.ts';
import { frame } from './frame.ts';
import { newSalt } from './hash.ts';
import { randomBytes, randomId } from './random.ts';
import { anyBytes } from './testing.ts';
import { openValue, sealValue, VALUE_BYTES_MAX } from './value.ts';
import { newKey } from './wrap.ts';

const key = newKey();
const place = { path: 'team/db/PASSWORD' as SecretPath, version: 2 as Version, keyId: randomId() };
const salt = newSalt();

test('a sealed value opens, and neither salt nor value is changed by it', (t) => {
  fc.assert(
    fc.property(anyBytes, (value) => {
      const before = [...value];
      t.deepEqual(openValue(key, sealValue(key, { salt, value }, place), place), { salt, value });
      t.deepEqual([...value], before);
    }),
  );
});

test('a value has 0 to 65,536 bytes, kept exactly', (t) => {
  for (const length of [0, 1, VALUE_BYTES_MAX]) {
    const value = randomBytes(length);
    const sealed = sealValue(key, { salt, value }, place);
    t.true(Ciphertext.is(sealed.box));
    t.deepEqual(openValue(key, sealed, place)?.value, value);
  }
  t.is(VALUE_BYTES_MAX, 65_536);
  t.throws(() => sealValue(key, { salt, value: randomBytes(VALUE_BYTES_MAX + 1) }, place), { instanceOf: RangeError });
});

test('a salt of another length is refused', (t) => {
  for (const length of [0, 31, 33]) t.throws(() => sealValue(key, { salt: randomBytes(length), value: utf8('v') }, place), { instanceOf: RangeError });
});

test('a value opens in its own place only, with its own key only', (t) => {
  const sealed = sealValue(key, { salt, value: utf8('v') }, place);
  t.is(openValue(key, sealed, { ...place, path: 'team/db/USER' as SecretPath }), undefined);
  t.is(openValue(key, sealed, { ...place, version: 3 as Version }), undefined);
  t.is(openValue(key, sealed, { ...place, keyId: randomId() }), undefined);
  t.is(openValue(newKey(), sealed, place), undefined);
});

test('what is too short to hold a salt is no value', (t) => {
  const ad = frame('jetlock value v1', place.path, place.version, place.keyId);
  t.is(openValue(key, encrypt(key, randomBytes(31), ad), place), undefined);
});
