/**
 * The vectors of the wire and of the log, opened with nothing but libsodium-wrappers and Node's Buffer, as somebody would who
 * writes a client or an auditor in another language; then read by our own codecs, and held against what is made today.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import sodium from 'libsodium-wrappers';
import type { Mixed } from 'io-ts';
import { ReadRecord, StateRecord, Statement, type Sealed } from '../events/record.ts';
import { Done, GetReply, GetRequest, RegisterReply, RegisterRequest, WatchReply, WatchRequest } from '../protocol/operations.ts';
import { Reply, Request, SealedReply, SealedRequest, ServiceKeys, UnsealedReply } from '../protocol/wire.ts';
import { WrappedKey } from '../services/keyring/key-store.ts';
import { log as logToday } from './vectors/log.ts';
import { wire as wireToday } from './vectors/wire.ts';

await sodium.ready;

const stored = (name: string): unknown => JSON.parse(readFileSync(new URL(`../docs/reference/vectors/${name}.json`, import.meta.url), 'utf8'));

type Opened = { readonly subject: string; readonly plain: string; readonly message: string };
type Wire = Record<'boxSeed' | 'sessionSeed' | 'signingSeed' | 'sharedKey' | 'serviceKeys' | 'unsealed', string> & {
  readonly requests: Readonly<Record<keyof typeof wireToday.requests, Opened>>;
  readonly replies: Readonly<Record<keyof typeof wireToday.replies, Omit<Opened, 'subject'>>>;
};
type Message = { readonly seq: number; readonly subject: string; readonly prev: number; readonly mac: string; readonly data: string; readonly head: unknown; readonly verdict: unknown };
type Log = {
  readonly operatorKey: Record<'key' | 'fingerprint', string>;
  readonly logKey: Record<'id' | 'key', string>;
  readonly keys: ReadonlyArray<{ readonly key: string; readonly value: WrappedKey }>;
  readonly value: Record<'path' | 'salt' | 'value', string>;
  readonly messages: ReadonlyArray<Message>;
};
const wire = stored('wire') as Wire;
const log = stored('log') as Log;

const raw = (text: string): Buffer => Buffer.from(text, 'base64url');
const b64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
const utf8 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

type Part = string | number | Uint8Array;
const bodyOf = (part: Part): Buffer => {
  if (typeof part !== 'number') return Buffer.from(part as string);
  const number = Buffer.alloc(8);
  number.writeBigUInt64BE(BigInt(part));
  return number;
};
const frame = (...parts: Part[]): Buffer =>
  Buffer.concat(
    parts.flatMap((part) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bodyOf(part).length);
      return [length, bodyOf(part)];
    }),
  );
const blake = (bytes: Uint8Array, key: Uint8Array | null = null): Uint8Array => sodium.crypto_generichash(32, bytes, key);
const isSigned = (by: string, signature: string, ...parts: Part[]): boolean => sodium.crypto_sign_verify_detached(raw(signature), frame(...parts), raw(by));
const decrypted = (key: Uint8Array, { nonce, box }: Sealed, ...ad: Part[]): Uint8Array =>
  sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, raw(box), frame(...ad), raw(nonce), key);

const is = (t: ExecutionContext, codec: Mixed, value: unknown): boolean => t.true(codec.is(value), codec.name);
/** A request as its two keys open it: the client's session key and the service's box key. */
const openRequest = (t: ExecutionContext, message: string): Request => {
  const sealed = JSON.parse(message) as SealedRequest;
  is(t, SealedRequest, sealed);
  const { privateKey } = sodium.crypto_box_seed_keypair(raw(wire.boxSeed));
  const plain = sodium.crypto_box_open_easy(raw(sealed.box), raw(sealed.nonce), raw(sealed.from), privateKey);
  const request: unknown = JSON.parse(utf8(plain));
  is(t, Request, request);
  return request as Request;
};

const openReply = (t: ExecutionContext, message: string): Reply => {
  const { nonce, box } = JSON.parse(message) as SealedReply;
  is(t, SealedReply, JSON.parse(message));
  const service = sodium.crypto_box_seed_keypair(raw(wire.boxSeed));
  const session = sodium.crypto_box_seed_keypair(raw(wire.sessionSeed));
  const reply: unknown = JSON.parse(utf8(sodium.crypto_box_open_easy(raw(box), raw(nonce), service.publicKey, session.privateKey)));
  is(t, Reply, reply);
  return reply as Reply;
};

const record = (n: number) => JSON.parse(utf8(raw(log.messages[n - 1]!.data))) as StateRecord;

test('the service shows a box key that its signing key signed', (t) => {
  const keys = JSON.parse(wire.serviceKeys) as ServiceKeys;
  is(t, ServiceKeys, keys);
  t.is(b64(sodium.crypto_sign_seed_keypair(raw(wire.signingSeed)).publicKey), keys.signer);
  t.is(b64(sodium.crypto_box_seed_keypair(raw(wire.boxSeed)).publicKey), keys.key);
  t.true(isSigned(keys.signer, keys.signature, 'jetlock box key v1', keys.keyring, keys.kid, raw(keys.key), keys.notBefore, keys.notAfter));
  const session = sodium.crypto_box_seed_keypair(raw(wire.sessionSeed));
  t.is(b64(sodium.crypto_box_beforenm(raw(keys.key), session.privateKey)), wire.sharedKey);
});

test('every sealed request opens to what it says, and is bound to its subject', (t) => {
  for (const { subject, plain, message } of Object.values(wire.requests)) {
    t.deepEqual(openRequest(t, message), JSON.parse(plain) as Request);
    t.is(openRequest(t, message).subject, subject);
  }
});

test('a registration and a read by a token', (t) => {
  const register = openRequest(t, wire.requests.register.message);
  const get = openRequest(t, wire.requests.getWithToken.message);
  is(t, RegisterRequest, JSON.parse(register.body));
  is(t, GetRequest, JSON.parse(get.body));
  is(t, WatchRequest, JSON.parse(openRequest(t, wire.requests.watch.message).body));
  if (get.credential.kind !== 'token') return t.fail();
  t.like(record(4).events[0], { type: 'CredentialRegistered', verifier: createHash('sha256').update(get.credential.token, 'ascii').digest('base64url') });
  t.deepEqual(register.credential, get.credential);
});

test('a read that a key signed', (t) => {
  const { from, kid } = JSON.parse(wire.requests.getWithKey.message) as SealedRequest;
  const { credential, v, id, time, subject, body } = openRequest(t, wire.requests.getWithKey.message);
  if (credential.kind !== 'key') return t.fail();
  t.true(isSigned(credential.key, credential.signature, 'jetlock request v1', v, kid, raw(from), id, time, subject, body));
  t.false(isSigned(credential.key, credential.signature, 'jetlock request v1', v, kid, raw(from), id, time, subject, `${body} `));
});

test('a command that an admin signed, with the value that it speaks of; the log holds the same words', (t) => {
  const { credential, body, enclosed } = openRequest(t, wire.requests.writeByAdmin.message);
  if (credential.kind !== 'admin' || enclosed === null) return t.fail();
  const statement = JSON.parse(body) as Statement;
  is(t, Statement, statement);
  t.true(isSigned(credential.key, credential.signature, 'jetlock statement v1', body));
  t.like(statement.command, { digest: b64(blake(Buffer.concat([raw(enclosed.salt), raw(enclosed.value)]))) });
  const { key, signature } = credential;
  for (const seq of [2, 3]) t.deepEqual(record(seq).origin, { by: 'admin', statement: body, key, signature });
});

test('every sealed reply answers its request', (t) => {
  const { requests, replies } = wire;
  const pairs = [
    [requests.register, replies.registered, RegisterReply],
    [requests.getWithToken, replies.got, GetReply],
    [requests.watch, replies.news, WatchReply],
    [requests.watch, replies.nothingNew, WatchReply],
    [requests.writeByAdmin, replies.written, Done],
  ] as const;
  for (const [asked, { plain, message }, codec] of pairs) {
    const [{ id, subject, service }, reply] = [openRequest(t, asked.message), openReply(t, message)];
    t.deepEqual(reply, JSON.parse(plain) as Reply);
    t.like(reply, { id, subject, service, refusal: null });
    is(t, codec, reply.result);
  }
  t.is(openReply(t, replies.got.message).known, `secrets.known.${b64(blake(frame('jetlock known v1', 'billing', 0), raw(log.logKey.key)))}`);
  t.like(openReply(t, replies.unauthorized.message), { id: openRequest(t, requests.getWithKey.message).id, result: null, refusal: { code: 'unauthorized' } });
  is(t, UnsealedReply, JSON.parse(wire.unsealed));
});

test('a reply names the record of its read, and holds the value', (t) => {
  const { seq, messageHash, results } = openReply(t, wire.replies.got.message).result as GetReply;
  t.is(b64(blake(raw(log.messages[seq - 1]!.data))), messageHash);
  t.like(results[0], { path: log.value.path, value: log.value.value });
  is(t, ReadRecord, record(seq));
  t.like(record(seq), { reads: [{ id: openRequest(t, wire.requests.getWithToken.message).id }] });
});

test('MAC, rolling hash and verdict of every message of the log', (t) => {
  let head = { seq: 0, hash: b64(Buffer.alloc(32)) };
  const before = new Map<string, number>();
  for (const { seq, subject, data, mac, prev, head: after, verdict } of log.messages) {
    t.is(prev, before.get(subject) ?? 0);
    before.set(subject, seq);
    const made = `${log.logKey.id}.${b64(blake(frame('jetlock log v1', subject, prev, raw(data)), raw(log.logKey.key)))}`;
    const isState = subject.startsWith('secrets.events.state.');
    t.is(made === mac, JSON.stringify(verdict) !== '{"skipped":"mac"}');
    if (made === mac) t.like(record(seq), { prev, head });
    if (made === mac && isState) head = { seq, hash: b64(blake(frame('jetlock head v1', raw(head.hash), seq, subject, raw(data)))) };
    t.deepEqual(after, head);
    is(t, isState ? StateRecord : ReadRecord, record(seq));
  }
  t.deepEqual(
    log.messages.filter(({ verdict }) => verdict !== 'counts').map(({ seq, verdict }) => [seq, verdict]),
    [
      [7, { read: [['allowed', 'missing']] }],
      [10, { skipped: 'mac' }],
      [11, { read: [['ungranted', 'ungranted']] }],
      [13, { read: [['ungranted', 'ungranted']], namespaces: [[log.value.path]] }],
      [15, { read: [['ungranted', 'ungranted']], namespaces: ['access_key'] }],
    ],
  );
});

test('from the key of the operator down to the value', (t) => {
  const keys = new Map<string, Uint8Array>([[log.operatorKey.fingerprint, raw(log.operatorKey.key)]]);
  for (const { key, value } of log.keys) {
    is(t, WrappedKey, value);
    const id = key.slice('key.'.length);
    keys.set(id, decrypted(keys.get(value.wrappedBy)!, value.sealed, 'jetlock key v1', id, value.purpose, value.wrappedBy));
  }
  t.is(b64(keys.get(log.logKey.id)!), log.logKey.key);
  const { events, made } = record(3);
  const [written] = events;
  if (written?.type !== 'SecretWritten' || made.sealed === null) return t.fail();
  const salted = decrypted(keys.get(written.key)!, made.sealed, 'jetlock value v1', written.path, written.version, written.key);
  t.is(b64(salted), b64(Buffer.concat([raw(log.value.salt), raw(log.value.value)])));
  t.is(b64(blake(salted)), written.digest);
  t.is(utf8(salted.subarray(32)), 'correct horse pässwörd €🔒');
});

test('the files are what would be written today', (t) => {
  t.deepEqual(wire, JSON.parse(JSON.stringify(wireToday)) as Wire);
  t.deepEqual(log, JSON.parse(JSON.stringify(logToday)) as Log);
});
