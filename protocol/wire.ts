/**
 * What travels on NATS and by HTTP: JSON, byte strings in base64url without padding. Requests and replies are crypto_box
 * between the client's session key and the service's box key; the broker sees ciphertext only.
 */
import * as t from 'io-ts';
import { utf8 } from '../crypto/bytes.ts';
import { orAbsent, orNull } from '../events/codec.ts';
import { Ciphertext, ClientInfo, Digest, Id, Instant, Nonce, PublicKey, ServiceName, Signature } from '../events/vocabulary.ts';

export const WIRE_BYTES_MAX = 512 * 1024;
export const PATHS_MAX = 64;
/** Of one open question. */
export const WATCHED_MAX = 256;
/** How long a question stays open, milliseconds. With what may come before and after it, it is answered within the 20 s in which NATS lets the service answer. */
export const OPEN_MS = 12_000;
/** How far the clock of a request may be from the service's, and how long its id is remembered. */
export const REQUEST_CLOCK_MS = 60_000;

/** `kid`: which box key of the service. `from`: the client's X25519 session key. */
export const SealedRequest = t.strict(
  { v: t.literal(1), kid: Id, from: PublicKey, nonce: Nonce, box: Ciphertext },
  'SealedRequest',
);
export type SealedRequest = t.TypeOf<typeof SealedRequest>;

export const SealedReply = t.strict({ v: t.literal(1), nonce: Nonce, box: Ciphertext }, 'SealedReply');
export type SealedReply = t.TypeOf<typeof SealedReply>;

/** A reply to a one-off key that came in a header: `kid` says which box key of the service seals it. */
export const SealedAnswer = t.strict({ v: t.literal(1), kid: Id, nonce: Nonce, box: Ciphertext }, 'SealedAnswer');
export type SealedAnswer = t.TypeOf<typeof SealedAnswer>;

// In none of their strings is anything that JSON escapes. To look for it takes longer than to seal them.
export const sealedRequestJson = ({ kid, from, nonce, box }: Omit<SealedRequest, 'v'>): Uint8Array =>
  utf8(`{"v":1,"kid":"${kid}","from":"${from}","nonce":"${nonce}","box":"${box}"}`);
export const sealedAnswerJson = ({ kid, nonce, box }: Omit<SealedAnswer, 'v'>): string => `{"v":1,"kid":"${kid}","nonce":"${nonce}","box":"${box}"}`;
export const sealedReplyJson = ({ nonce, box }: Omit<SealedReply, 'v'>): Uint8Array => utf8(`{"v":1,"nonce":"${nonce}","box":"${box}"}`);

/** A refusal as it is told: the code is stable, the sentence and the hint are for people. */
export const WireRefusal = t.strict(
  { code: t.string, message: t.string, hint: t.string, retryable: t.boolean, detail: orNull(t.string) },
  'WireRefusal',
);
export type WireRefusal = t.TypeOf<typeof WireRefusal>;

/** Where no session could be opened, the refusal comes unsealed. A client believes it no further than "not answered". */
export const UnsealedReply = t.strict({ v: t.literal(1), refusal: WireRefusal }, 'UnsealedReply');
export type UnsealedReply = t.TypeOf<typeof UnsealedReply>;

/**
 * Who asks. A token is told, inside the box; so are an access key and the secret that is shared with those who use them. A key signs `requestBytes`: v, kid, from, id, time, subject and body. An admin's
 * key signs `statementBytes`: the body is the statement.
 */
export const Credential = t.union(
  [
    t.strict({ kind: t.literal('token'), token: t.string }, 'TokenCredential'),
    t.strict({ kind: t.literal('key'), key: PublicKey, signature: Signature }, 'KeyCredential'),
    t.strict({ kind: t.literal('access-key'), accessKey: orNull(t.string), sharedSecret: orNull(t.string) }, 'AccessKeyCredential'),
    t.strict({ kind: t.literal('admin'), key: PublicKey, signature: Signature }, 'AdminCredential'),
  ],
  'Credential',
);
export type Credential = t.TypeOf<typeof Credential>;

/** A value on its way into the service, with the salt that its signed digest was made with: 32 bytes. */
export const Enclosed = t.strict({ value: Ciphertext, salt: Digest }, 'Enclosed');
export type Enclosed = t.TypeOf<typeof Enclosed>;

/** Inside the box of a request. `body` is JSON as text, since its exact bytes are signed. */
export const Request = t.strict(
  {
    v: t.literal(1),
    type: t.literal('req'),
    subject: t.string,
    service: orNull(ServiceName),
    id: Id,
    time: Instant,
    client: ClientInfo,
    credential: Credential,
    body: t.string,
    enclosed: orNull(Enclosed),
  },
  'Request',
);
export type Request = t.TypeOf<typeof Request>;

/** A subject of NATS, without wildcards. */
const Subject = t.refinement(t.string, (text) => text.length <= 256 && /^[\w-]+(\.[\w-]+)*$/.test(text), 'Subject');

/** Inside the box of a reply: bound to the request by its id. `result` is the operation's reply, or null beside a refusal. */
export const Reply = t.strict(
  {
    v: t.literal(1),
    type: t.literal('rep'),
    subject: t.string,
    service: orNull(ServiceName),
    id: Id,
    time: Instant,
    result: t.unknown,
    refusal: orNull(WireRefusal),
    /** Where the service is to ask from now on; null where it asked there already, or where there is no such place: a replica of before tells of none. */
    known: orAbsent(Subject),
  },
  'Reply',
);
export type Reply = t.TypeOf<typeof Reply>;

/** How many signing keys before the one of now can be followed from. */
export const SIGNERS_MAX = 16;
/** `older` signed for `newer`: `signerBytes`. */
const SignerLink = t.strict({ older: PublicKey, newer: PublicKey, signature: Signature }, 'SignerLink');

/**
 * The answer on `secrets.keys`: the box key to seal to, signed by the service's signing key over `boxKeyBytes`. Clients pin
 * `signer`, or get it from an admin. `keyring` names the installation; admins sign it with every command.
 */
export const ServiceKeys = t.strict(
  {
    v: t.literal(1),
    keyring: Id,
    kid: Id,
    key: PublicKey,
    notBefore: Instant,
    notAfter: Instant,
    signer: PublicKey,
    signature: Signature,
    /** From older signing keys to `signer`, in the order in which they came. */
    chain: t.refinement(t.readonlyArray(SignerLink), (links) => links.length <= SIGNERS_MAX, 'Chain'),
  },
  'ServiceKeys',
);
export type ServiceKeys = t.TypeOf<typeof ServiceKeys>;
