/**
 * The words everything else is written in: one codec for each, refined to its canonical form, so that whatever has one of
 * these types has been checked at the edge. Names are safe to print: none can hold a control character.
 */
import * as t from 'io-ts';
import { decoded } from './fits.ts';

/** A string that matches `pattern`, which allows characters of ASCII alone, and is at most `max` of them long. */
const text = <B extends { readonly [K in string]: symbol }>(name: keyof B & string, pattern: Pick<RegExp, 'test'>, max: number) =>
  t.brand(t.string, (s): s is t.Branded<string, B> => s.length <= max && pattern.test(s), name);

const SEGMENT = '(?!\\.{1,2}(?:/|$))[A-Za-z0-9_.-]{1,64}';
const PATH_BYTES_MAX = 256;

/** Canonical name of a secret: `namespace/…/NAME`, 2 to 8 segments, at most 256 bytes, case-sensitive. */
export const SecretPath = text<{ readonly SecretPath: unique symbol }>(
  'SecretPath',
  new RegExp(`^${SEGMENT}(?:/${SEGMENT}){1,7}$`),
  PATH_BYTES_MAX,
);
export type SecretPath = t.TypeOf<typeof SecretPath>;

/** All segments of a path but the last. */
export const Namespace = text<{ readonly Namespace: unique symbol }>(
  'Namespace',
  new RegExp(`^${SEGMENT}(?:/${SEGMENT}){0,6}$`),
  PATH_BYTES_MAX - 2,
);
export type Namespace = t.TypeOf<typeof Namespace>;

/** The last segment of a path: what a secret is called in its namespace. */
export const SecretName = text<{ readonly SecretName: unique symbol }>('SecretName', new RegExp(`^${SEGMENT}$`), 64);
export type SecretName = t.TypeOf<typeof SecretName>;

/** A namespace and all below it, written with a slash at its end. */
export const Prefix = text<{ readonly Prefix: unique symbol }>(
  'Prefix',
  new RegExp(`^(?:${SEGMENT}/){1,7}$`),
  PATH_BYTES_MAX - 1,
);
export type Prefix = t.TypeOf<typeof Prefix>;

/** What access can be given to: one path, or everything under a prefix. */
export const Target = t.union([SecretPath, Prefix], 'Target');
export type Target = t.TypeOf<typeof Target>;

const LABEL = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** A requesting program. */
export const ServiceName = text<{ readonly ServiceName: unique symbol }>('ServiceName', LABEL, 63);
export type ServiceName = t.TypeOf<typeof ServiceName>;

/** A person who administers. */
export const AdminName = text<{ readonly AdminName: unique symbol }>('AdminName', LABEL, 63);
export type AdminName = t.TypeOf<typeof AdminName>;

/** What an API token is called. */
export const Label = text<{ readonly Label: unique symbol }>('Label', LABEL, 63);
export type Label = t.TypeOf<typeof Label>;

/** Who did something, as it is shown: an admin by name, an API token as `token:<label>`, an access key as `access-key:<id>`. */
export const Doer = text<{ readonly Doer: unique symbol }>('Doer', /^(?:(?:token:)?[a-z0-9][a-z0-9-]{0,62}|access-key:[A-Za-z0-9_-]{21}[AQgw])$/, 69);
export type Doer = t.TypeOf<typeof Doer>;

/** One start of one process of the service: new at every start. */
export const ReplicaId = text<{ readonly ReplicaId: unique symbol }>('ReplicaId', LABEL, 63);
export type ReplicaId = t.TypeOf<typeof ReplicaId>;

// Base64url without padding has one spelling only: the last character may not carry bits that no byte holds.
const B64_16 = /^[A-Za-z0-9_-]{21}[AQgw]$/;
const B64_32 = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;
const B64_64 = /^[A-Za-z0-9_-]{85}[AQgw]$/;
// What the last of so many characters beyond whole groups of four can be; one alone stands for nothing.
const B64_LAST = [/^/, /(?!)/, /[AQgw]$/, /[AEIMQUYcgkosw048]$/] as const;
const B64_ALL = /^[A-Za-z0-9_-]*$/;
// In two steps: one pattern for groups of four takes several times as long, and these are the longest strings that there are.
const B64 = { test: (s: string): boolean => (B64_LAST[(s.length % 4) as 0 | 1 | 2 | 3]).test(s.slice(-1)) && B64_ALL.test(s) };

/** 16 random bytes, base64url: the name of one command, request, record or key. */
export const Id = text<{ readonly Id: unique symbol }>('Id', B64_16, 22);
export type Id = t.TypeOf<typeof Id>;

/** 32 bytes, base64url: a BLAKE2b-256 or SHA-256 digest. */
export const Digest = text<{ readonly Digest: unique symbol }>('Digest', B64_32, 43);
export type Digest = t.TypeOf<typeof Digest>;

/** 32 bytes, base64url: an Ed25519 or X25519 public key. */
export const PublicKey = text<{ readonly PublicKey: unique symbol }>('PublicKey', B64_32, 43);
export type PublicKey = t.TypeOf<typeof PublicKey>;

/** 64 bytes, base64url: an Ed25519 signature. */
export const Signature = text<{ readonly Signature: unique symbol }>('Signature', B64_64, 86);
export type Signature = t.TypeOf<typeof Signature>;

/** 24 bytes, base64url: an XChaCha20-Poly1305 or crypto_box nonce. */
export const Nonce = text<{ readonly Nonce: unique symbol }>('Nonce', /^[A-Za-z0-9_-]{32}$/, 32);
export type Nonce = t.TypeOf<typeof Nonce>;

/** Any bytes up to 700 KiB, base64url: a ciphertext with its authenticator. */
export const Ciphertext = text<{ readonly Ciphertext: unique symbol }>('Ciphertext', B64, 700 * 1024);
export type Ciphertext = t.TypeOf<typeof Ciphertext>;

/**
 * What a person compares before approving a key or a token: 130 bits of BLAKE2b over it, in Crockford's base32, lower case,
 * in groups of four or five: `xxxxx-xxxx-xxxx-xxxx-xxxx-xxxxx`. Also the name of a credential.
 */
export const Fingerprint = text<{ readonly Fingerprint: unique symbol }>(
  'Fingerprint',
  /^[0-9a-hjkmnp-tv-z]{5}(?:-[0-9a-hjkmnp-tv-z]{4}){4}-[0-9a-hjkmnp-tv-z]{5}$/,
  31,
);
export type Fingerprint = t.TypeOf<typeof Fingerprint>;

const integer = <B extends { readonly [K in string]: symbol }>(name: keyof B & string, min: number) =>
  t.brand(t.number, (n): n is t.Branded<number, B> => Number.isSafeInteger(n) && n >= min, name);

/** Milliseconds since 1970-01-01 UTC. */
export const Instant = integer<{ readonly Instant: unique symbol }>('Instant', 0);
export type Instant = t.TypeOf<typeof Instant>;

/** Versions of a secret count up from 1 and go on after a delete. */
export const Version = integer<{ readonly Version: unique symbol }>('Version', 1);
export type Version = t.TypeOf<typeof Version>;

/** Place of a message in the stream; 0 stands for "none". */
export const Sequence = integer<{ readonly Sequence: unique symbol }>('Sequence', 0);
export type Sequence = t.TypeOf<typeof Sequence>;

/** A length of time in milliseconds, at least one. */
export const Milliseconds = integer<{ readonly Milliseconds: unique symbol }>('Milliseconds', 1);
export type Milliseconds = t.TypeOf<typeof Milliseconds>;

/** A count of things, from 0. */
export const Count = integer<{ readonly Count: unique symbol }>('Count', 0);
export type Count = t.TypeOf<typeof Count>;

const NOTE_BYTES_MAX = 512;
// eslint-disable-next-line no-control-regex -- control characters are what this keeps out
const NOTE = /^[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]*$/;
const utf8 = new TextEncoder();
// A character takes at most three bytes for each unit of length: short strings need no counting.
const isShort = (s: string): boolean => s.length * 3 <= NOTE_BYTES_MAX || utf8.encode(s).length <= NOTE_BYTES_MAX;

/** Words of a person or a program: at most 512 bytes, no control characters, so that no terminal or log is led astray. */
export const Note = t.brand(
  t.string,
  (s): s is t.Branded<string, { readonly Note: unique symbol }> => s.length <= NOTE_BYTES_MAX && NOTE.test(s) && isShort(s),
  'Note',
);
export type Note = t.TypeOf<typeof Note>;

/** Name or version of a program. */
export const Word = text<{ readonly Word: unique symbol }>('Word', /^[A-Za-z0-9@/_.+:-]{1,64}$/, 64);
export type Word = t.TypeOf<typeof Word>;

export const Role = t.keyof({ admin: null, approver: null, auditor: null }, 'Role');
export type Role = t.TypeOf<typeof Role>;

/** What the bearer of an API token may: look, or also write values. */
export const TokenRole = t.keyof({ auditor: null, writer: null }, 'TokenRole');
export type TokenRole = t.TypeOf<typeof TokenRole>;

/** What a program says of itself; nothing is decided from it. */
export const ClientInfo = t.strict({ name: Word, version: Word }, 'ClientInfo');
export type ClientInfo = t.TypeOf<typeof ClientInfo>;

/** A value, its type kept, from something that its own code has made well-formed; throws where that is a defect of ours. */
export const sure = <A, O>(codec: t.Type<A, O>, value: unknown): A => {
  const made = decoded(codec, value);
  if (made !== undefined) return made;
  // The value stays out of the message: it may be a secret.
  throw new TypeError(`not a ${codec.name}`);
};

/** The namespace of a path: what is left of a well-formed one is well-formed. */
export const namespaceOf = (path: SecretPath): Namespace => path.slice(0, path.lastIndexOf('/')) as Namespace;

/** What a secret is called in its namespace. */
export const nameIn = (path: SecretPath): SecretName => path.slice(path.lastIndexOf('/') + 1) as SecretName;

/** The path of a name in a namespace; undefined where that would be too long. */
export const pathIn = (namespace: Namespace, name: SecretName): SecretPath | undefined => decoded(SecretPath, `${namespace}/${name}`);

/** The prefix that covers a namespace. */
export const prefixOf = (namespace: Namespace): Prefix => `${namespace}/` as Prefix;

/** Every prefix that covers a path, or is wider than a prefix, the longest first. */
export const prefixesOf = (target: Target): ReadonlyArray<Prefix> => {
  const found: Prefix[] = [];
  // What a target ends with is no slash between two segments.
  for (let end = target.lastIndexOf('/', target.length - 2); end > 0; end = target.lastIndexOf('/', end - 1)) found.push(target.slice(0, end + 1) as Prefix);
  return found;
};

export const isPrefix = (target: Target): target is Prefix => target.endsWith('/');

/** Whether two targets have something in common: what is said of a prefix is said of all that is under it. */
export const overlap = (one: Target, other: Target): boolean => one === other || (isPrefix(one) && other.startsWith(one)) || (isPrefix(other) && one.startsWith(other));

/** Whether a target opens a path: it is the path, or a prefix of it. */
export const covers = (target: Target, path: SecretPath): boolean => (isPrefix(target) ? path.startsWith(target) : path === target);
