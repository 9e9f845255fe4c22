/**
 * The test vectors: every format of this folder with fixed keys, salts and nonces. The keys are public: never use them.
 * Where our own functions draw a nonce at random, libsodium is called here with a fixed one.
 */
import type { Ciphertext, Id, Instant, Nonce, PublicKey, SecretPath, ServiceName, Version } from '../../events/vocabulary.ts';
import { boxKeyFromSeed, sealWith, sharedKey } from '../box.ts';
import { concat, toBase64, utf8 } from '../bytes.ts';
import { credentialFingerprint, publicKeyFingerprint, tokenDigest } from '../credential.ts';
import { frame } from '../frame.ts';
import type { Part } from '../frame.ts';
import { hash, valueDigest } from '../hash.ts';
import { knownToken } from '../known.ts';
import { logMac, nextHead, noHead } from '../log.ts';
import { Redacted } from '../redacted.ts';
import { boxKeyBytes, requestBytes, sign, signerBytes, signingKeyFromSeed, statementBytes } from '../sign.ts';
import { sodium } from '../sodium.ts';
import { keyFingerprint } from '../wrap.ts';

/** `length` bytes that count up from `first`. */
const counting = (length: number, first: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (first + i) & 0xff);
const id = (first: number): Id => toBase64(counting(16, first)) as Id;

const seal = (key: Uint8Array, nonce: Uint8Array, plain: Uint8Array, ad: Uint8Array): { nonce: Nonce; box: Ciphertext } => ({
  nonce: toBase64(nonce) as Nonce,
  box: toBase64(sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plain, ad, null, nonce, key)) as Ciphertext,
});

const SUBJECT = 'secrets.events.state.secret.team.db=2Emain.PASSWORD';
const TIME = 1_767_225_600_000 as Instant;

/** Bytes are written as `{"bytes": base64url}`, to be told from text. */
const written = (part: Part): unknown => (part instanceof Uint8Array ? { bytes: toBase64(part) } : part);

const framing = (...[domain, ...parts]: [string, ...Part[]]) => ({
  domain,
  parts: parts.map(written),
  frame: toBase64(frame(domain, ...parts)),
});

const frames = () => [
  framing('empty'),
  framing('a', 'bc', 1),
  framing('text', '', 'é', '日本', '🔑'),
  framing('numbers', 0, 255, 2 ** 32, Number.MAX_SAFE_INTEGER),
  framing('bytes', new Uint8Array(), counting(5, 254), 'and text'),
];

const logged = (key: Uint8Array, previous: typeof noHead, seq: number, prev: number, text: string) => ({
  subject: SUBJECT,
  seq,
  prev,
  data: toBase64(utf8(text)),
  previous,
  mac: logMac(key, SUBJECT, prev, utf8(text)),
  head: nextHead(previous, seq, SUBJECT, utf8(text)),
  messageHash: hash(utf8(text)),
});

const log = () => {
  const key = counting(32, 1);
  const first = logged(key, noHead, 7, 0, '{"type":"SecretStubbed"}');
  const known = { service: 'billing', revoked: 11, token: knownToken(new Redacted(key), 'billing' as ServiceName, 11) };
  return { key: toBase64(key), known, messages: [first, logged(key, first.head, 9, 7, '{"type":"SecretWritten","note":"é"}')] };
};

const signatures = () => {
  const seed = counting(32, 33);
  const { publicKey, secretKey } = signingKeyFromSeed(seed);
  const from = boxKeyFromSeed(counting(32, 65)).publicKey;
  const statement = '{"command":"grant","service":"billing","target":"team/db/"}';
  const boxKey = { keyring: id(3), kid: id(2), key: from, notBefore: TIME, notAfter: TIME + 86_400_000 };
  const request = { v: 1, kid: id(2), from, id: id(3), time: TIME, subject: 'secrets.get.billing', body: '{"paths":["team/db/PASSWORD"]}' };
  const newKey = signingKeyFromSeed(counting(32, 97)).publicKey;
  return {
    seed: toBase64(seed),
    publicKey,
    statement: { statement, signature: sign(statementBytes(statement), secretKey) },
    boxKey: { ...boxKey, signature: sign(boxKeyBytes(boxKey), secretKey) },
    request: { ...request, signature: sign(requestBytes(request), secretKey) },
    signer: { newKey, signature: sign(signerBytes(newKey), secretKey) },
  };
};

const session = () => {
  const [clientSeed, serviceSeed, nonce] = [counting(32, 65), counting(32, 129), counting(24, 161)];
  const [client, service] = [boxKeyFromSeed(clientSeed), boxKeyFromSeed(serviceSeed)];
  const shared = sharedKey(service.publicKey, client.secretKey);
  if (shared === undefined) throw new Error('the keys of the vector do not fit');
  const plain = '{"type":"req","subject":"secrets.get.billing","paths":["team/db/PASSWORD"]}';
  return {
    clientSeed: toBase64(clientSeed),
    serviceSeed: toBase64(serviceSeed),
    servicePublicKey: service.publicKey,
    shared: toBase64(shared.reveal()),
    plain,
    request: { v: 1, kid: id(2), from: client.publicKey, nonce: toBase64(nonce), box: toBase64(sealWith(shared, nonce, utf8(plain))) },
  };
};

const value = (text: string) => {
  const [key, salt] = [counting(32, 193), counting(32, 225)];
  const place = { path: 'team/db.main/PASSWORD' as SecretPath, version: 3 as Version, keyId: id(4) };
  const ad = frame('jetlock value v1', place.path, place.version, place.keyId);
  return {
    key: toBase64(key),
    salt: toBase64(salt),
    value: toBase64(utf8(text)),
    ...place,
    sealed: seal(key, counting(24, 8), concat(salt, utf8(text)), ad),
    digest: valueDigest(salt, utf8(text)),
  };
};

const wrapped = () => {
  const [wrapping, key] = [counting(32, 5), counting(32, 77)];
  const place = { id: id(6), purpose: 'namespace', wrappedBy: id(7) };
  const ad = frame('jetlock key v1', place.id, place.purpose, place.wrappedBy);
  const fingerprint = keyFingerprint(new Redacted(wrapping));
  return { wrapping: toBase64(wrapping), key: toBase64(key), ...place, sealed: seal(wrapping, counting(24, 9), key, ad), fingerprint };
};

const fingerprints = () => {
  const token = `jlt_${toBase64(counting(32, 11))}`;
  const digest = tokenDigest(token);
  const publicKey: PublicKey = signingKeyFromSeed(counting(32, 33)).publicKey;
  return {
    token: { token, digest, fingerprint: credentialFingerprint('token', digest) },
    key: { publicKey, fingerprint: credentialFingerprint('key', publicKey) },
    admin: { publicKey, fingerprint: publicKeyFingerprint(publicKey) },
  };
};

/** The content of each file of vectors, by its name. */
export const cases = {
  frames: frames(),
  log: log(),
  signatures: signatures(),
  session: session(),
  values: [value('correct horse'), value('')],
  wrapped: wrapped(),
  fingerprints: fingerprints(),
};
