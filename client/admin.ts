/** What admins do: signed commands, each carried out at most once however often it is sent, and signed queries. */
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Type } from 'io-ts';
import { toBase64 } from '../crypto/bytes.ts';
import { newSalt, valueDigest } from '../crypto/hash.ts';
import { randomId } from '../crypto/random.ts';
import { sign, statementBytes } from '../crypto/sign.ts';
import { VALUE_BYTES_MAX } from '../crypto/value.ts';
import type { AdminCommand } from '../events/command.ts';
import { WriteSecret } from '../events/secret/secret.ts';
import type { Subjects } from '../events/subjects.ts';
import { Instant, sure, type Ciphertext, type ClientInfo, type Digest, type SecretPath } from '../events/vocabulary.ts';
import { Done, queries, questionOf, type ListName, type QueryArguments, type QueryName, type QueryReply } from '../protocol/operations.ts';
import { LIMIT_MAX, type Page } from '../protocol/paging.ts';
import { statementText } from '../protocol/statement.ts';
import type { Credential, Enclosed } from '../protocol/wire.ts';
import type { AdminIdentity } from './credential.ts';
import { notUnderstood, refusedHere, type ClientFailure } from './failure.ts';
import { decoded } from './json.ts';
import type { Keys } from './keys.ts';
import { canPass, repeated, systemTime, type Again, type Time } from './retry.ts';
import { newSession, type Question } from './session.ts';
import type { Transport } from './transport.ts';

/** `ifVersion`: the version that may be replaced, 0 for none; without it whatever is there is. */
export type WriteOptions = { readonly description?: string; readonly ifVersion?: number };

export type AdminClient = {
  /** The answer to a signed query, waited for as long as the service says that it is at work; failures are those of the transport and the refusals of the service. */
  readonly query: <Q extends QueryName>(operation: Q, args: QueryArguments<Q>) => TaskEither<ClientFailure, QueryReply<Q>>;
  /** All pages of a list, one after another. */
  readonly list: <Q extends ListName>(operation: Q, args: Omit<QueryArguments<Q>, 'limit' | 'after'>) => TaskEither<ClientFailure, { readonly items: QueryReply<Q>['items'] }>;
  /**
   * What became of a command. The same signed statement is sent again for up to 20 s where no answer came; the failure
   * `unknown_outcome` means that it may have been carried out all the same.
   */
  readonly command: (command: AdminCommand, enclosed?: Enclosed) => TaskEither<ClientFailure, Done>;
  /** Writes a value of at most 64 KiB; the service and the log see it encrypted, the signature covers a salted digest of it. */
  readonly writeSecret: (path: SecretPath, value: Uint8Array, options?: WriteOptions) => TaskEither<ClientFailure, Done>;
  readonly close: () => void;
};

export type AdminOptions = {
  readonly transport: Transport;
  readonly subjects: Subjects;
  readonly keys: Keys;
  readonly identity: AdminIdentity;
  readonly client: ClientInfo;
  readonly time?: Time;
};

const WITHIN_MS = 20_000;
/** After that a command is sent again. */
const COMMAND_TIMEOUT_MS = 5_000;

/** The statement as text, made and signed once, so that every copy of it is the same one. */
const signed = ({ admin, keyring, publicKey, secretKey }: AdminIdentity, at: number, command: unknown) => {
  const body = statementText({ keyring, admin }, { id: randomId(), at: sure(Instant, at) }, command);
  const credential: Credential = { kind: 'admin', key: publicKey, signature: sign(statementBytes(body), secretKey) };
  return { body, credential: () => credential };
};

const as = <A>(codec: Type<A, unknown>) => (result: unknown): E.Either<ClientFailure, A> => E.mapLeft(notUnderstood)(decoded(codec)(result));

const mayHaveArrived = (failure: ClientFailure): boolean => failure._tag === 'unavailable' && failure.delivered === 'maybe';

const RUNNING = Symbol('running');
/** A service that is at it lets its answer wait for some seconds by itself. */
const RUNNING_MS = 500;

/** That the service is at it is no failure: it says so every few seconds. */
const orRunning: (asked: TaskEither<ClientFailure, unknown>) => TaskEither<ClientFailure, unknown> = TE.orElse((failure) =>
  failure._tag === 'refusal' && failure.refusal.code === 'running' ? TE.right<ClientFailure, unknown>(RUNNING) : TE.left(failure),
);

/** The answer to copies of one command. One that was not answered may have been carried out: then only an answer says what became of it. */
const answerTo = (send: (timeoutMs: number) => TaskEither<ClientFailure, unknown>, again: Again): TaskEither<ClientFailure, unknown> => {
  let mayBeDone = false;
  const attempt = (leftMs: number): TaskEither<ClientFailure, unknown> =>
    TE.mapLeft((failure: ClientFailure): ClientFailure => {
      mayBeDone ||= mayHaveArrived(failure);
      return mayBeDone && canPass(failure) ? refusedHere('unknown_outcome') : failure;
    })(send(Math.min(COMMAND_TIMEOUT_MS, leftMs)));
  return repeated(attempt, again);
};

/** What a query answers in pages, with all of them put together. */
const everyPage = (query: AdminClient['query']): AdminClient['list'] => (operation, args) => async () => {
  const items: unknown[] = [];
  for (let after: string | null = null; ; ) {
    const page: E.Either<ClientFailure, Page<unknown>> = await query(operation, { ...args, limit: LIMIT_MAX, after } as never)();
    if (E.isLeft(page)) return page;
    items.push(...page.right.items);
    if (page.right.next === null) return E.right({ items: items as never });
    after = page.right.next;
  }
};

/** An admin's client; many may share one transport and its keys. */
export const adminClient = ({ transport, subjects, keys, identity, client, time = systemTime }: AdminOptions): AdminClient => {
  const session = newSession({ transport, keys, client, now: time.now });
  const again = { withinMs: WITHIN_MS, time, isUnsettled: transport.isUnsettled };
  const messageOf = (operation: string, command: unknown, enclosed: Enclosed | null): Omit<Question, 'timeoutMs'> => ({
    subject: subjects.admin(operation),
    service: null,
    ...signed(identity, time.now(), command),
    enclosed,
  });

  const answerToQuery = (operation: QueryName, args: object): TaskEither<ClientFailure, unknown> => async () => {
    // Signed anew each time: a statement does not count for as long as the service may be at it.
    const question = messageOf(operation, questionOf(operation, args), null);
    const attempt = (leftMs: number) => orRunning(session.ask({ ...question, timeoutMs: leftMs }));
    const result = await repeated(attempt, again)();
    if (E.isLeft(result) || result.right !== RUNNING) return result;
    await time.pause(RUNNING_MS);
    return answerToQuery(operation, args)();
  };

  const query: AdminClient['query'] = (operation, args) => async () => {
    const result = await answerToQuery(operation, args)();
    return E.chain(as<QueryReply<typeof operation>>(queries[operation].reply as never))(result);
  };

  const command: AdminClient['command'] = (wanted, enclosed) => async () => {
    const question = messageOf(wanted.operation, wanted, enclosed ?? null);
    return E.chain(as(Done))(await answerTo((timeoutMs) => session.ask({ ...question, timeoutMs }), again)());
  };

  const writeSecret: AdminClient['writeSecret'] = (path, value, { description = null, ifVersion = null } = {}) => {
    if (value.length > VALUE_BYTES_MAX) return TE.left(refusedHere('too_large'));
    const salt = newSalt();
    const write = decoded(WriteSecret)({ operation: 'secret.write', path, digest: valueDigest(salt, value), description, ifVersion });
    return E.isLeft(write)
      ? TE.left(refusedHere('malformed', write.left))
      : command(write.right, { value: toBase64(value) as Ciphertext, salt: toBase64(salt) as Digest });
  };
  return { query, list: everyPage(query), command, writeSecret, close: session.close };
};
