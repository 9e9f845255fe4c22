/**
 * What the vectors are made of: keys, names and a clock that are the same at every run. The keys are public: never use them.
 * Where our own functions draw a nonce at random, libsodium is called here with a fixed one.
 */
import sodium from 'libsodium-wrappers';
import { boxKeyFromSeed, sealWith, sharedKey } from '../../crypto/box.ts';
import { toBase64, utf8 } from '../../crypto/bytes.ts';
import { credentialFingerprint, tokenDigest } from '../../crypto/credential.ts';
import { valueDigest } from '../../crypto/hash.ts';
import { Redacted } from '../../crypto/redacted.ts';
import { sign, signingKeyFromSeed, statementBytes } from '../../crypto/sign.ts';
import { keyFingerprint } from '../../crypto/wrap.ts';
import type { AdminCommand } from '../../events/command.ts';
import { Sealed } from '../../events/record.ts';
import { subjectsUnder } from '../../events/subjects.ts';
import { AdminName, Instant, SecretPath, ServiceName, sure, Target, type Id } from '../../events/vocabulary.ts';
import { idOf } from '../support/names.ts';

await sodium.ready;

export const bytesOf = (n: number, length = 32): Uint8Array => new Uint8Array(length).fill(n);
const held = (bytes: Uint8Array) => new Redacted(bytes);

export const subjects = subjectsUnder('secrets');
/** The clock at the first message; each of the following is a second later. */
export const BEGIN = Date.UTC(2026, 0, 1);
export const at = (seconds: number): Instant => sure(Instant, BEGIN + seconds * 1000);

export const KEYRING = idOf(1);
export const ID = { root: idOf(2), log: idOf(3), signing: idOf(4), box: idOf(5), namespace: idOf(6), secret: idOf(7) } as const;

/** Symmetric keys as bytes, key pairs by their seed. */
export const RAW = { operator: bytesOf(101), root: bytesOf(102), log: bytesOf(103), namespace: bytesOf(106), secret: bytesOf(107) } as const;
export const SEED = { signing: bytesOf(104), box: bytesOf(105), admin: bytesOf(108), service: bytesOf(109), session: bytesOf(110) } as const;

export const signing = signingKeyFromSeed(SEED.signing);
/** The signing keys of a service that had two of them replaced. */
export const signers = [signing, signingKeyFromSeed(bytesOf(120)), signingKeyFromSeed(bytesOf(121))];
export const box = boxKeyFromSeed(SEED.box);
export const admin = { name: sure(AdminName, 'ada'), ...signingKeyFromSeed(SEED.admin) };
export const operatorKey = keyFingerprint(held(RAW.operator));

const token = `jlt_${toBase64(bytesOf(111))}`;
export const billing = {
  name: sure(ServiceName, 'billing'),
  token,
  verifier: tokenDigest(token),
  fingerprint: credentialFingerprint('token', tokenDigest(token)),
};
/** Opens the namespace of `PATH`. */
const opening = `jlk_${toBase64(bytesOf(112))}`;
export const accessKey = { id: idOf(8), key: opening, digest: tokenDigest(opening) } as const;
/** The same service with a signing key in place of the token. */
export const signingBilling = signingKeyFromSeed(SEED.service);

const session = boxKeyFromSeed(SEED.session);
const shared = sharedKey(box.publicKey, session.secretKey);
if (shared === undefined) throw new Error('the keys of the vectors do not fit');
export const inSession = { from: session.publicKey, shared };

export const PATH = sure(SecretPath, 'prod/shop/db.PASSWORD');
export const MISSING = sure(SecretPath, 'prod/shop/MISSING');
export const PREFIX = sure(Target, 'prod/shop/');
export const SALT = bytesOf(112);
export const VALUE = utf8('correct horse pässwörd €🔒');
export const DIGEST = valueDigest(SALT, VALUE);

/** A box for the session, as the client or the service makes it. */
export const boxed = (n: number, plain: string): Sealed =>
  sure(Sealed, { nonce: toBase64(bytesOf(n, 24)), box: toBase64(sealWith(shared, bytesOf(n, 24), utf8(plain))) });

export const encrypted = (key: Uint8Array, n: number, plain: Uint8Array, ad: Uint8Array): Sealed =>
  sure(Sealed, {
    nonce: toBase64(bytesOf(n, 24)),
    box: toBase64(sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plain, ad, null, bytesOf(n, 24), key)),
  });

/** A command as its admin signs it. */
export const signed = (id: Id, seconds: number, command: AdminCommand) => {
  const statement = JSON.stringify({ v: 1, keyring: KEYRING, id, at: at(seconds), admin: admin.name, command });
  return { statement, key: admin.publicKey, signature: sign(statementBytes(statement), admin.secretKey) };
};

/** Ids of the requests; a read attempt and a registration bear that of their request in the log. */
export const REQUEST = { register: idOf(21), write: idOf(22), get: idOf(23), keyGet: idOf(24), secondGet: idOf(25), watch: idOf(26), namespace: idOf(28) } as const;

/** What the client calls the question that it leaves open. */
export const WATCH = idOf(27);

export const write = signed(idOf(31), 1, {
  operation: 'secret.write',
  path: PATH,
  digest: DIGEST,
  description: null,
  ifVersion: null,
});
