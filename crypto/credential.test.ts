import test from 'ava';
import fc from 'fast-check';
import { Digest, Fingerprint } from '../events/vocabulary.ts';
import { credentialFingerprint, isToken, newToken, publicKeyFingerprint, tokenDigest } from './credential.ts';
import { fingerprintOf } from './fingerprint.ts';
import { newSigningKey } from './sign.ts';

test('a new token is a token, and none is like another', (t) => {
  const tokens = Array.from({ length: 1_000 }, () => newToken().reveal());
  t.true(tokens.every((token) => isToken(token) && token.length === 47));
  t.is(new Set(tokens).size, tokens.length);
  t.is(new Set(tokens.map(tokenDigest)).size, tokens.length);
});

test('what is not exactly a token is none', (t) => {
  const token = newToken().reveal();
  for (const other of ['', 'jlt_', token.slice(0, -1), `${token}A`, ` ${token}`, `${token}\n`, token.slice(4), `JLT_${token.slice(4)}`, `${token.slice(0, -1)}B`]) t.false(isToken(other));
});

test('a token is redacted until it is asked for', (t) => {
  const token = newToken();
  t.is(JSON.stringify({ token }), '{"token":"[redacted]"}');
});

test('fingerprints have their form, and differ by kind and by key', (t) => {
  const { publicKey } = newSigningKey();
  const made = [credentialFingerprint('key', publicKey), credentialFingerprint('token', publicKey), publicKeyFingerprint(publicKey), publicKeyFingerprint(newSigningKey().publicKey)];
  t.true(made.every(Fingerprint.is));
  t.is(new Set(made).size, made.length);
  t.true(Digest.is(tokenDigest(newToken().reveal())));
});

test('a fingerprint is the first 130 bits, and nothing after them', (t) => {
  const digest = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(digest, fc.nat(255), (bytes, bit) => {
      const other = bytes.with(bit >> 3, bytes[bit >> 3]! ^ (0x80 >> (bit & 7)));
      t.is(fingerprintOf(other) === fingerprintOf(bytes), bit >= 130);
    }),
    { numRuns: 500 },
  );
  t.is(String(fingerprintOf(new Uint8Array(32))), '00000-0000-0000-0000-0000-00000');
  t.is(String(fingerprintOf(new Uint8Array(32).fill(255))), 'zzzzz-zzzz-zzzz-zzzz-zzzz-zzzzz');
});
