/** What whoever holds an access key reads: the secrets of its namespace, by NATS or from the answer of the HTTP API. */
import * as E from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { newBoxKey, openText, sharedKey, type BoxKeyPair } from '../crypto/box.ts';
import { fromBase64 } from '../crypto/bytes.ts';
import { randomId } from '../crypto/random.ts';
import { Redacted } from '../crypto/redacted.ts';
import type { Subjects } from '../events/subjects.ts';
import type { Id, SecretName, Sequence, Version } from '../events/vocabulary.ts';
import { NamespaceContents, type NamespaceRequest } from '../protocol/namespaces.ts';
import { codeOf } from '../protocol/refusal.ts';
import { Reply, SealedAnswer, WireRefusal, type ServiceKeys } from '../protocol/wire.ts';
import { distrusted, notUnderstood, refusedHere, type ClientFailure, type TransportFailure } from './failure.ts';
import { decoded, decodeJson, decodeText } from './json.ts';
import type { Keys } from './keys.ts';
import { acrossLoss, systemTime } from './retry.ts';
import type { Session } from './session.ts';

/** A secret of the namespace; `read`: the place of the read in the log. */
export type NamespaceSecret = { readonly version: Version; readonly value: Redacted<Uint8Array>; readonly read: Sequence };
export type NamespaceSecrets = ReadonlyMap<SecretName, NamespaceSecret>;

export type NamespaceOptions = {
  readonly session: Session;
  readonly subjects: Subjects;
  readonly accessKey: Redacted<string>;
  /** Where the service demands one. */
  readonly sharedSecret?: Redacted<string> | undefined;
};

const HttpRefusal = t.strict({ error: WireRefusal });

const TIMEOUT_MS = 5_000;

type Page = { readonly secrets: NamespaceSecrets; readonly last: SecretName | undefined; readonly more: boolean };

const pageIn = ({ seq: read, secrets, more }: NamespaceContents): Either<ClientFailure, Page> => {
  const last = secrets.at(-1)?.key;
  // Without an end to go on behind it would be asked for again and again.
  if (more && last === undefined) return E.left(notUnderstood('the reply says that there is more, and nothing else'));
  return E.right({ secrets: new Map(secrets.map(({ key, version, value }) => [key, { version, value: new Redacted(fromBase64(value)), read }])), last, more });
};

type ReadPage = (after: SecretName | null) => Promise<Either<ClientFailure, NamespaceContents>>;

/** All of it, in as many reads as it takes: each says what there is at its own place in the log. */
const allOf =
  (read: ReadPage): TaskEither<ClientFailure, NamespaceSecrets> =>
  async () => {
    const all = new Map<SecretName, NamespaceSecret>();
    for (let after: SecretName | null = null; ; ) {
      const got: Either<ClientFailure, Page> = E.chain(pageIn)(await read(after));
      if (E.isLeft(got)) return got;
      for (const [key, secret] of got.right.secrets) all.set(key, secret);
      if (!got.right.more) return E.right(all);
      after = got.right.last ?? null;
    }
  };

const contentsIn = (result: unknown): Either<ClientFailure, NamespaceContents> => E.mapLeft(notUnderstood)(decoded(NamespaceContents)(result));

/** All secrets of the namespace, over NATS. */
export const readNamespace = ({ session, subjects, accessKey, sharedSecret }: NamespaceOptions): TaskEither<ClientFailure, NamespaceSecrets> => {
  const credential = () => ({ kind: 'access-key', accessKey: accessKey.reveal(), sharedSecret: sharedSecret?.reveal() ?? null }) as const;
  return allOf(async (after) => {
    const body: NamespaceRequest = { operation: 'read', after };
    const question = { subject: subjects.namespace, service: null, body: JSON.stringify(body), credential, enclosed: null };
    const again = { withinMs: TIMEOUT_MS, time: systemTime, isUnsettled: session.isUnsettled };
    return E.chain(contentsIn)(await acrossLoss((timeoutMs) => session.ask({ ...question, timeoutMs }), again)());
  });
};

/** What a GET under the listener's address came to: the bytes of its body, whatever the status. */
export type HttpGet = (path: string, headers: Readonly<Record<string, string>>) => Promise<Either<TransportFailure, Uint8Array>>;

export type NamespaceByHttp = Omit<NamespaceOptions, 'session'> & { readonly get: HttpGet; readonly keys: Keys };

/** One page. */
const pageByHttp = async ({ get, subjects, accessKey, sharedSecret }: NamespaceByHttp, recipient: BoxKeyPair, keys: ServiceKeys, after: SecretName | null) => {
  const id = randomId();
  const secret: Readonly<Record<string, string>> = sharedSecret === undefined ? {} : { 'jetlock-shared-secret': sharedSecret.reveal() };
  const headers = { 'jetlock-access-key': accessKey.reveal(), 'recipient-key': recipient.publicKey, 'jetlock-request': id, ...secret };
  const body = await get(after === null ? '/namespace' : `/namespace?after=${encodeURIComponent(after)}`, headers);
  if (E.isLeft(body)) return body;
  const refusal = decodeJson(HttpRefusal)(body.right);
  return E.isRight(refusal) ? E.left(refusedHere(codeOf(refusal.right.error))) : openNamespaceAnswer({ recipient, keys, id, subjects }, body.right);
};

const pagesByHttp = (options: NamespaceByHttp, recipient: BoxKeyPair): ReadPage => async (after) => {
  const keys = await options.keys.current();
  if (E.isLeft(keys)) return keys;
  const first = await pageByHttp(options, recipient, keys.right, after);
  if (E.isRight(first) || first.left._tag !== 'distrusted') return first;
  // It may have another box key by now.
  const renewed = await options.keys.renewed();
  return E.isLeft(renewed) || renewed.right.kid === keys.right.kid ? first : pageByHttp(options, recipient, renewed.right, after);
};

/**
 * All secrets of the namespace, over HTTP: sealed to one key that is made for this, however many pages it takes, since each new key costs
 * the service an exchange. A refusal is not sealed there: over plain HTTP anybody in between can make one up, and nothing else.
 */
export const readNamespaceByHttp =
  (options: NamespaceByHttp): TaskEither<ClientFailure, NamespaceSecrets> =>
  async () => {
    const recipient = newBoxKey();
    try {
      return await allOf(pagesByHttp(options, recipient))();
    } finally {
      recipient.secretKey.wipe();
    }
  };

export type NamespaceAnswer = {
  /** The one-off key whose public half was sent as `Recipient-Key`. */
  readonly recipient: BoxKeyPair;
  /** The keys of the service, verified: see `serviceKeys`. */
  readonly keys: Pick<ServiceKeys, 'kid' | 'key'>;
  /** What was sent as `Jetlock-Request`. */
  readonly id: Id;
  readonly subjects: Subjects;
};

/** What the body of `GET /namespace` holds, if the service sealed it in answer to that very request. */
export const openNamespaceAnswer = ({ recipient, keys, id, subjects }: NamespaceAnswer, body: Uint8Array): Either<ClientFailure, NamespaceContents> => {
  const sealed = decodeJson(SealedAnswer)(body);
  if (E.isLeft(sealed)) return E.left(notUnderstood(sealed.left));
  const shared = sealed.right.kid === keys.kid ? sharedKey(keys.key, recipient.secretKey) : undefined;
  const plain = shared === undefined ? undefined : openText(shared, sealed.right);
  if (plain === undefined) return E.left(distrusted('the reply was not sealed by the service'));
  const reply = decodeText(Reply)(plain);
  if (E.isLeft(reply)) return E.left(notUnderstood(reply.left));
  if (reply.right.id !== id || reply.right.subject !== subjects.namespace) return E.left(distrusted('the reply belongs to another request'));
  return contentsIn(reply.right.result);
};
