/**
 * The vectors, made again and opened with nothing but libsodium-wrappers and Node's Buffer: what somebody who writes a client
 * in another language does. After that with our own functions, and at last against what would be written today.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import test from 'ava';
import sodium from 'libsodium-wrappers';
import { boxKeyFromSeed, openWith, sharedKey } from './box.ts';
import { fromBase64, fromUtf8 } from './bytes.ts';
import { credentialFingerprint, publicKeyFingerprint, tokenDigest } from './credential.ts';
import { frame } from './frame.ts';
import type { Part } from './frame.ts';
import { valueDigest } from './hash.ts';
import { knownToken } from './known.ts';
import { logMac, messageHash, nextHead } from './log.ts';
import { Redacted } from './redacted.ts';
import { boxKeyBytes, requestBytes, signerBytes, statementBytes, verify } from './sign.ts';
import { openValue } from './value.ts';
import { cases } from './vectors/cases.ts';
import { keyFingerprint, unwrapKey } from './wrap.ts';

await sodium.ready;

type Cases = typeof cases;
const stored = <K extends keyof Cases>(name: K): Cases[K] =>
  JSON.parse(readFileSync(new URL(`vectors/${name}.json`, import.meta.url), 'utf8')) as Cases[K];

const raw = (text: string) => Buffer.from(text, 'base64url');
const b64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
const held = (text: string) => new Redacted(fromBase64(text));
const part = (written: unknown): Part =>
  typeof written === 'object' ? fromBase64((written as { bytes: string }).bytes) : (written as string | number);

// The second implementation, of which the first must know nothing.
const bodyOf = (p: Part) => {
  if (typeof p === 'string') return Buffer.from(p, 'utf8');
  if (p instanceof Uint8Array) return Buffer.from(p);
  const number = Buffer.alloc(8);
  number.writeBigUInt64BE(BigInt(p));
  return number;
};
const plainFrame = (...parts: Part[]) =>
  Buffer.concat(
    parts.flatMap((p) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bodyOf(p).length);
      return [length, bodyOf(p)];
    }),
  );
const blake = (bytes: Uint8Array, key: Uint8Array | null = null) => sodium.crypto_generichash(32, bytes, key);
const signed = (publicKey: string, signature: string, ...parts: Part[]) =>
  sodium.crypto_sign_verify_detached(raw(signature), plainFrame(...parts), raw(publicKey));
const open = (key: string, sealed: { nonce: string; box: string }, ...ad: Part[]) =>
  sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, raw(sealed.box), plainFrame(...ad), raw(sealed.nonce), raw(key));
const plainFingerprint = (digest: Uint8Array) => {
  const bits = Array.from(digest, (byte) => byte.toString(2).padStart(8, '0')).join('');
  const letters = Array.from({ length: 26 }, (_, i) => '0123456789abcdefghjkmnpqrstvwxyz'.charAt(parseInt(bits.slice(i * 5, i * 5 + 5), 2))).join('');
  return [letters.slice(0, 5), ...[5, 9, 13, 17].map((at) => letters.slice(at, at + 4)), letters.slice(21)].join('-');
};

test('frames', (t) => {
  for (const { domain, parts, frame: expected } of stored('frames')) {
    t.is(b64(plainFrame(domain, ...parts.map(part))), expected);
    t.is(b64(frame(domain, ...parts.map(part))), expected);
  }
});

test('the frame that the documentation spells out', (t) => {
  t.is(Buffer.from(frame('a', 'bc', 1)).toString('hex'), '000000016100000002626300000008' + '0000000000000001');
});

test('log: MAC, rolling hash, message hash, and the token that is made with the same key', (t) => {
  const { key, known, messages } = stored('log');
  t.is(b64(blake(plainFrame('jetlock known v1', known.service, known.revoked), raw(key))), known.token);
  t.is(knownToken(held(key), known.service as never, known.revoked), known.token);
  for (const { subject, seq, prev, data, previous, mac, head, messageHash: hashed } of messages) {
    t.is(b64(blake(plainFrame('jetlock log v1', subject, prev, raw(data)), raw(key))), mac);
    t.is(b64(blake(plainFrame('jetlock head v1', raw(previous), seq, subject, raw(data)))), head);
    t.is(b64(blake(raw(data))), hashed);
    t.deepEqual([logMac(raw(key), subject, prev, raw(data)), nextHead(previous, seq, subject, raw(data)), messageHash(raw(data))], [mac, head, hashed]);
  }
});

test('signatures: the key', (t) => {
  const { seed, publicKey } = stored('signatures');
  t.is(b64(sodium.crypto_sign_seed_keypair(raw(seed)).publicKey), publicKey);
});

test('signatures: a statement and a new signing key', (t) => {
  const { publicKey, statement, signer } = stored('signatures');
  t.true(signed(publicKey, statement.signature, 'jetlock statement v1', statement.statement));
  t.true(signed(publicKey, signer.signature, 'jetlock signing key v1', raw(signer.newKey)));
  t.true(verify(statementBytes(statement.statement), statement.signature, publicKey));
  t.true(verify(signerBytes(signer.newKey), signer.signature, publicKey));
});

test('signatures: a box key', (t) => {
  const { publicKey, boxKey } = stored('signatures');
  const { keyring, kid, key, notBefore, notAfter, signature } = boxKey;
  t.true(signed(publicKey, signature, 'jetlock box key v1', keyring, kid, raw(key), notBefore, notAfter));
  t.true(verify(boxKeyBytes(boxKey), signature, publicKey));
});

test('signatures: a request', (t) => {
  const { publicKey, request } = stored('signatures');
  const { v, kid, from, id, time, subject, body, signature } = request;
  t.true(signed(publicKey, signature, 'jetlock request v1', v, kid, raw(from), id, time, subject, body));
  t.true(verify(requestBytes(request), signature, publicKey));
});

test('a sealed request', (t) => {
  const { clientSeed, serviceSeed, servicePublicKey, shared, plain, request } = stored('session');
  const service = sodium.crypto_box_seed_keypair(raw(serviceSeed));
  t.is(b64(service.publicKey), servicePublicKey);
  t.is(b64(sodium.crypto_box_seed_keypair(raw(clientSeed)).publicKey), request.from);
  t.is(b64(sodium.crypto_box_beforenm(raw(request.from), service.privateKey)), shared);
  t.is(Buffer.from(sodium.crypto_box_open_easy(raw(request.box), raw(request.nonce), raw(request.from), service.privateKey)).toString(), plain);

  const ours = sharedKey(request.from, boxKeyFromSeed(raw(serviceSeed)).secretKey)!;
  t.is(fromUtf8(openWith(ours, fromBase64(request.nonce), fromBase64(request.box))!), plain);
});

test('sealed values and their digests', (t) => {
  for (const { key, salt, value, path, version, keyId, sealed, digest } of stored('values')) {
    t.is(b64(open(key, sealed, 'jetlock value v1', path, version, keyId)), b64(Buffer.concat([raw(salt), raw(value)])));
    t.is(b64(blake(Buffer.concat([raw(salt), raw(value)]))), digest);
    const opened = openValue(held(key), sealed, { path, version, keyId })!;
    t.deepEqual([b64(opened.salt), b64(opened.value)], [salt, value]);
    t.is(valueDigest(opened.salt, opened.value), digest);
  }
});

test('a wrapped key, and the fingerprint of the key that wraps it', (t) => {
  const { wrapping, key, id, purpose, wrappedBy, sealed, fingerprint } = stored('wrapped');
  t.is(b64(open(wrapping, sealed, 'jetlock key v1', id, purpose, wrappedBy)), key);
  t.is(plainFingerprint(blake(plainFrame('jetlock operator key v1'), raw(wrapping))), fingerprint);
  t.is(b64(unwrapKey(held(wrapping), sealed, { id, purpose, wrappedBy })!.reveal()), key);
  t.is(keyFingerprint(held(wrapping)), fingerprint);
});

test('fingerprints of credentials', (t) => {
  const { token, key, admin } = stored('fingerprints');
  const named = (kind: string, verifier: string) => plainFingerprint(blake(plainFrame('jetlock credential v1', kind, raw(verifier))));
  t.is(createHash('sha256').update(token.token, 'ascii').digest('base64url'), token.digest);
  t.deepEqual([named('token', token.digest), named('key', key.publicKey), named('admin', admin.publicKey)], [token.fingerprint, key.fingerprint, admin.fingerprint]);
  t.is(tokenDigest(token.token), token.digest);
  t.is(credentialFingerprint('token', token.digest), token.fingerprint);
  t.is(credentialFingerprint('key', key.publicKey), key.fingerprint);
  t.is(publicKeyFingerprint(admin.publicKey), admin.fingerprint);
});

test('the files are what would be written today', (t) => {
  for (const name of Object.keys(cases) as ReadonlyArray<keyof Cases>) t.deepEqual(stored(name), cases[name]);
});
