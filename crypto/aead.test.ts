import test from 'ava';
import fc from 'fast-check';
import type { Ciphertext, Nonce } from '../events/vocabulary.ts';
import { Ciphertext as CiphertextCodec, Nonce as NonceCodec } from '../events/vocabulary.ts';
import { decrypt, encrypt } from './aead.ts';
import { fromBase64, toBase64, utf8 } from './bytes.ts';
import { Redacted } from './redacted.ts';
import { allFlipped, anyBytes } from './testing.ts';
import { newKey } from './wrap.ts';

const key = newKey();
const ad = utf8('belongs here');
const sealed = encrypt(key, utf8('plain'), ad);

test('what was encrypted decrypts, with any additional data', (t) => {
  fc.assert(
    fc.property(anyBytes, anyBytes, (plain, additional) => {
      const made = encrypt(key, plain, additional);
      t.true(NonceCodec.is(made.nonce) && CiphertextCodec.is(made.box));
      t.deepEqual(decrypt(key, made, additional), plain);
    }),
  );
});

test('any bit of box, nonce, key or additional data makes it fail', (t) => {
  for (const box of allFlipped(fromBase64(sealed.box))) t.is(decrypt(key, { ...sealed, box: toBase64(box) as Ciphertext }, ad), undefined);
  for (const nonce of allFlipped(fromBase64(sealed.nonce))) t.is(decrypt(key, { ...sealed, nonce: toBase64(nonce) as Nonce }, ad), undefined);
  for (const other of allFlipped(key.reveal())) t.is(decrypt(new Redacted(other), sealed, ad), undefined);
  for (const other of allFlipped(ad)) t.is(decrypt(key, sealed, other), undefined);
  t.is(decrypt(key, sealed, new Uint8Array()), undefined);
});

test('a cut box and malformed text fail', (t) => {
  const box = fromBase64(sealed.box);
  for (let length = 0; length < box.length; length += 1) t.is(decrypt(key, { ...sealed, box: toBase64(box.subarray(0, length)) as Ciphertext }, ad), undefined);
  t.is(decrypt(key, { ...sealed, box: '!' as Ciphertext }, ad), undefined);
  t.is(decrypt(key, { ...sealed, nonce: '' as Nonce }, ad), undefined);
});

test('the same twice has another nonce and another box', (t) => {
  const again = encrypt(key, utf8('plain'), ad);
  t.not(again.nonce, sealed.nonce);
  t.not(again.box, sealed.box);
});
