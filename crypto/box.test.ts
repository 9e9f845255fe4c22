import test from 'ava';
import fc from 'fast-check';
import type { Ciphertext, PublicKey } from '../events/vocabulary.ts';
import { PublicKey as PublicKeyCodec } from '../events/vocabulary.ts';
import { boxKeyFromSeed, newBoxKey, openText, openWith, sealText, sealWith, sharedKey } from './box.ts';
import { fromBase64, toBase64, utf8 } from './bytes.ts';
import { nonce24, randomBytes } from './random.ts';
import { allFlipped, anyBytes } from './testing.ts';

const [client, service] = [newBoxKey(), newBoxKey()];
const shared = sharedKey(service.publicKey, client.secretKey)!;
const sharedByService = sharedKey(client.publicKey, service.secretKey)!;

test('both sides have the same key', (t) => {
  t.deepEqual(shared.reveal(), sharedByService.reveal());
});

test('what one side seals the other opens', (t) => {
  fc.assert(
    fc.property(anyBytes, (plain) => {
      const nonce = nonce24();
      const box = sealWith(shared, nonce, plain);
      t.is(box.length, plain.length + 16);
      t.deepEqual(openWith(sharedByService, nonce, box), plain);
    }),
  );
});

test('any bit of box or nonce makes it fail', (t) => {
  const nonce = nonce24();
  const box = sealWith(shared, nonce, utf8('a request'));
  for (const changed of allFlipped(box)) t.is(openWith(shared, nonce, changed), undefined);
  for (const changed of allFlipped(nonce)) t.is(openWith(shared, changed, box), undefined);
});

test('a cut box, a nonce of another length and another session fail', (t) => {
  const nonce = nonce24();
  const box = sealWith(shared, nonce, utf8('a request'));
  for (let length = 0; length < box.length; length += 1) t.is(openWith(shared, nonce, box.subarray(0, length)), undefined);
  t.is(openWith(shared, nonce.subarray(1), box), undefined);
  t.is(openWith(sharedKey(newBoxKey().publicKey, client.secretKey)!, nonce, box), undefined);
});

test('text in a box is its UTF-8 in a box', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const { nonce, box } = sealText(shared, text);
      t.deepEqual(openWith(sharedByService, fromBase64(nonce), fromBase64(box)), utf8(text));
      t.is(openText(sharedByService, { nonce, box }), text);
    }),
  );
});

test('what does not open, or is no text, is no text', (t) => {
  const sealed = sealText(shared, 'a reply');
  for (const changed of allFlipped(fromBase64(sealed.box))) t.is(openText(shared, { ...sealed, box: toBase64(changed) as Ciphertext }), undefined);
  for (const box of ['', '!', 'AAAA', `${sealed.box}=`]) t.is(openText(shared, { ...sealed, box: box as Ciphertext }), undefined);
  const box = toBase64(sealWith(shared, fromBase64(sealed.nonce), Uint8Array.of(0xff))) as Ciphertext;
  t.is(openText(shared, { ...sealed, box }), undefined);
  t.not(sealText(shared, 'a reply').nonce, sealed.nonce);
});

test('a key that was wiped seals and opens nothing', (t) => {
  const key = sharedKey(service.publicKey, client.secretKey)!;
  const sealed = sealText(key, 'a reply');
  key.wipe();
  t.throws(() => sealText(key, 'a reply'), { message: 'secret was wiped' });
  t.throws(() => openText(key, sealed), { message: 'secret was wiped' });
});

/** The points of low order of Curve25519, in all their writings that fit into 32 bytes: with each of them the result is zero. */
const LOW_ORDER = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
];

for (const hex of LOW_ORDER) {
  test(`no shared key with ${hex.slice(0, 8)}…${hex.slice(-2)}`, (t) => {
    t.is(sharedKey(toBase64(Buffer.from(hex, 'hex')) as PublicKey, service.secretKey), undefined);
    // The highest bit is not part of the number.
    t.is(sharedKey(toBase64(Buffer.from(hex, 'hex').map((byte, i) => (i === 31 ? byte | 0x80 : byte))) as PublicKey, service.secretKey), undefined);
  });
}

test('a malformed public key has no shared key', (t) => {
  for (const text of ['', 'AAAA', '!', toBase64(randomBytes(33))]) t.is(sharedKey(text as PublicKey, service.secretKey), undefined);
});

test('a wiped key is not used', (t) => {
  const gone = newBoxKey().secretKey;
  gone.wipe();
  t.throws(() => sharedKey(service.publicKey, gone), { message: 'secret was wiped' });
});

test('a seed always gives the same key, chance never does', (t) => {
  const seed = randomBytes(32);
  t.is(boxKeyFromSeed(seed).publicKey, boxKeyFromSeed(seed).publicKey);
  t.not(newBoxKey().publicKey, newBoxKey().publicKey);
  t.true(PublicKeyCodec.is(client.publicKey));
});
