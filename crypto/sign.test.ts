import test from 'ava';
import fc from 'fast-check';
import type { Id, PublicKey, Signature } from '../events/vocabulary.ts';
import { PublicKey as PublicKeyCodec, Signature as SignatureCodec } from '../events/vocabulary.ts';
import { fromBase64, toBase64, utf8 } from './bytes.ts';
import { randomBytes, randomId } from './random.ts';
import { boxKeyBytes, newSigningKey, requestBytes, sign, signerBytes, signingKeyFromSeed, statementBytes, verify } from './sign.ts';
import { allFlipped, anyBytes } from './testing.ts';

const { publicKey, secretKey } = newSigningKey();

test('what was signed verifies, with the right key only', (t) => {
  const other = newSigningKey().publicKey;
  fc.assert(
    fc.property(anyBytes, (message) => {
      const signature = sign(message, secretKey);
      t.true(SignatureCodec.is(signature));
      t.true(verify(message, signature, publicKey));
      t.false(verify(message, signature, other));
    }),
    { numRuns: 20 },
  );
});

test('any bit of message, signature or key makes it fail', (t) => {
  const message = utf8('grant');
  const signature = sign(message, secretKey);
  for (const changed of allFlipped(message)) t.false(verify(changed, signature, publicKey));
  for (const changed of allFlipped(fromBase64(signature))) t.false(verify(message, toBase64(changed) as Signature, publicKey));
  for (const changed of allFlipped(fromBase64(publicKey))) t.false(verify(message, signature, toBase64(changed) as PublicKey));
});

test('verify never throws', (t) => {
  const strange = fc.oneof(fc.string(), fc.base64String(), anyBytes.map(toBase64));
  fc.assert(fc.property(anyBytes, strange, strange, (message, signature, key) => t.false(verify(message, signature as Signature, key as PublicKey))));
});

test('a key of small order verifies nothing', (t) => {
  const zeroKey = toBase64(new Uint8Array(32).with(0, 1)) as PublicKey;
  const forged = toBase64(new Uint8Array(64).with(0, 1)) as Signature;
  t.false(verify(utf8('anything'), forged, zeroKey));
});

test('a seed always gives the same key, chance never does', (t) => {
  const seed = randomBytes(32);
  t.is(signingKeyFromSeed(seed).publicKey, signingKeyFromSeed(seed).publicKey);
  t.not(newSigningKey().publicKey, newSigningKey().publicKey);
  t.true(PublicKeyCodec.is(publicKey));
});

test('a signature for one purpose is none for another', (t) => {
  const kid = randomId();
  const purposes = [
    statementBytes(publicKey),
    signerBytes(publicKey),
    boxKeyBytes({ keyring: kid, kid, key: publicKey, notBefore: 1, notAfter: 2 }),
    requestBytes({ v: 1, kid, from: publicKey, id: kid, time: 1, subject: 's', body: '' }),
  ];
  for (const one of purposes) {
    const signature = sign(one, secretKey);
    t.deepEqual(purposes.map((other) => verify(other, signature, publicKey)), purposes.map((other) => other === one));
  }
});

test('every field of a request and of a box key is signed', (t) => {
  const request = { v: 1, kid: randomId(), from: publicKey, id: randomId(), time: 5, subject: 'secrets.get', body: '{}' };
  const changed: ReadonlyArray<Partial<typeof request>> = [{}, { v: 2 }, { kid: randomId() }, { from: newSigningKey().publicKey }, { id: randomId() }, { time: 6 }, { subject: 'secrets.register' }, { body: '{} ' }];
  t.is(new Set(changed.map((change) => toBase64(requestBytes({ ...request, ...change })))).size, changed.length);
  const claim: { keyring: Id; kid: Id; key: PublicKey; notBefore: number; notAfter: number } = { keyring: randomId(), kid: randomId(), key: publicKey, notBefore: 1, notAfter: 2 };
  const claims = [claim, { ...claim, keyring: randomId() }, { ...claim, kid: randomId() }, { ...claim, key: newSigningKey().publicKey }, { ...claim, notBefore: 0 }, { ...claim, notAfter: 3 }];
  t.is(new Set(claims.map((other) => toBase64(boxKeyBytes(other)))).size, claims.length);
});

test('the body of a request signs the same as text and as bytes', (t) => {
  const request = { v: 1, kid: randomId(), from: publicKey, id: randomId(), time: 5, subject: 'secrets.get' };
  t.deepEqual(requestBytes({ ...request, body: 'é' }), requestBytes({ ...request, body: utf8('é') }));
});
