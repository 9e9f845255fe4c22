/**
 * What an access key opens: one namespace, to read, write and delete in. A read is appended first like every other, and answered
 * with what the namespace holds at its place in the log.
 */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { isAccessKey, newAccessKey, tokenDigest } from '../../crypto/credential.ts';
import { valueDigest } from '../../crypto/hash.ts';
import { randomId } from '../../crypto/random.ts';
import { VALUE_BYTES_MAX, type SaltedValue } from '../../crypto/value.ts';
import type { AccessKeyCommand } from '../../events/command.ts';
import { refuse, type Refusal } from '../../events/refusal.ts';
import { Namespace, pathIn, sure, Sequence, type ClientInfo, type Id, type Instant, type SecretName, type SecretPath } from '../../events/vocabulary.ts';
import type { AccessKey } from '../../events/world.ts';
import type { NamespaceIssued } from '../../protocol/namespaces.ts';
import { contentsJson } from '../../protocol/reply-json.ts';
import type { Done } from '../../protocol/operations.ts';
import { ageFromNow } from '../log/age.ts';
import { STALE_MS, type Commits, type CommittedNamespace } from '../log/commit.ts';
import type { Execute } from '../log/execute.ts';
import type { Replica } from '../log/replica.ts';
import { makeAllowance, monotonic } from '../request/rate-limit.ts';
import type { Look } from '../request/second-look.ts';
import { ACCESS_KEY_OWNER } from '../request/sessions.ts';
import { andThen, isLater, type Soon } from '../soon.ts';
import type { CarryOut, CommandParts } from './commands.ts';
import type { ContentsJson } from './contents-json.ts';
import { Json } from './json.ts';

/** One answered read of a namespace, for the access log and the metrics. */
export type NamespaceSeen = {
  readonly namespace: Namespace;
  readonly key: Id;
  readonly outcome: 'allowed' | 'refused';
  readonly count: number;
  readonly seq: number;
  readonly request: Id;
  readonly client: ClientInfo;
};

export type NamespaceParts = {
  readonly replica: Replica;
  readonly execute: Execute;
  readonly prepare: CommandParts['prepare'];
  readonly carryOut: CarryOut;
  readonly commits: Commits;
  readonly contents: ContentsJson;
  readonly lookAgain: Look;
  readonly onNamespace: (seen: NamespaceSeen) => void;
};

/** `id`: of the request, and so of the attempt in the log. */
export type ReadOf = { readonly id: Id; readonly at: Instant; readonly client: ClientInfo; readonly after: SecretName | null };

type Answer<A> = Promise<Either<Refusal, A>>;

/** Whose a session is, for queues and limits. */
export const ownerOf = ({ id }: AccessKey): string => `${ACCESS_KEY_OWNER}${id}`;

export type Namespaces = {
  /** A namespace that is not there yet, under a name drawn at random where none is given; its access key is told here and never again. */
  readonly create: (namespace: Namespace | null, id?: Id) => Answer<NamespaceIssued>;
  /** What a key opens. Whatever is wrong with it, the refusal is the same. */
  readonly opened: (accessKey: string | null) => Soon<Either<Refusal, AccessKey>>;
  readonly read: (by: AccessKey, read: ReadOf) => Answer<Json>;
  readonly write: (by: AccessKey, id: Id, key: SecretName, salted: SaltedValue) => Answer<Done>;
  readonly delete: (by: AccessKey, id: Id, key: SecretName) => Answer<Done>;
  readonly deleteAll: (by: AccessKey, id: Id) => Answer<Done>;
};

const unauthorized = left(refuse('unauthorized'));

/** By its digest alone: how long that takes tells of digests, from which nobody gets to a key. */
const makeOpened = ({ replica: { fold }, lookAgain }: NamespaceParts): Namespaces['opened'] => {
  const known = (accessKey: string): AccessKey | undefined => fold.world.accessKeys.get(tokenDigest(accessKey));
  const late = async (accessKey: string): Answer<AccessKey> => {
    await lookAgain();
    const found = known(accessKey);
    return found === undefined ? unauthorized : right(found);
  };
  return (accessKey) => {
    if (accessKey === null || !isAccessKey(accessKey)) return unauthorized;
    const found = known(accessKey);
    return found === undefined ? late(accessKey) : right(found);
  };
};

/** Its name is made of as many random bits as an id. */
const randomNamespace = (): Namespace => sure(Namespace, `ns-${randomId()}`);

const create = async ({ execute, prepare }: NamespaceParts, namespace: Namespace, id: Id): Answer<NamespaceIssued> => {
  const accessKey = newAccessKey().reveal();
  const command = { operation: 'namespace.issue', namespace, key: randomId(), digest: tokenDigest(accessKey) } as const;
  const executed = await execute({ by: 'replica', id, command }, prepare(null));
  if (isLeft(executed)) return executed;
  // Of a copy the key is not the one that was issued.
  return executed.right.repeated ? left(refuse('replayed')) : right({ namespace, accessKey });
};

const answer = ({ contents }: NamespaceParts, namespace: Namespace, after: SecretName | null, { seq, messageHash, outcome }: CommittedNamespace): Soon<Either<Refusal, Json>> => {
  if (outcome.result === 'refused') return unauthorized;
  return andThen(contents.of(outcome.present, after === null && !outcome.more), (secrets) =>
    secrets === undefined
      ? left(refuse('unavailable'))
      : right(new Json(contentsJson({ namespace, seq: sure(Sequence, seq), messageHash, checkpoint: null, more: outcome.more }, secrets.reveal()))),
  );
};

/** Where a name is too long for its namespace there can be nothing under it. */
const pathOf = ({ namespace }: AccessKey, key: SecretName): Either<Refusal, SecretPath> => {
  const path = pathIn(namespace, key);
  return path === undefined ? left(refuse('malformed', 'key: expected a shorter one, or a namespace that is less deep')) : right(path);
};

const read = async (parts: NamespaceParts, by: AccessKey, { id, at, client, after }: ReadOf): Answer<Json> => {
  const { namespace, id: key } = by;
  const behind = after === null ? right(null) : pathOf(by, after);
  if (isLeft(behind)) return behind;
  const age = ageFromNow();
  const committed = await parts.commits.readNamespace({ id, namespace, key, after: behind.right, at, client });
  if (isLeft(committed)) return committed;
  const { seq, outcome } = committed.right;
  parts.onNamespace({ namespace, key, outcome: outcome.result, count: outcome.result === 'allowed' ? outcome.present.length : 0, seq, request: id, client });
  const answering = answer(parts, namespace, after, committed.right);
  const answered = isLater(answering) ? await answering : answering;
  // What was decided that long ago may have been revoked since: it stays in the log as allowed, and is not delivered.
  return age() > STALE_MS ? left(refuse('unavailable')) : answered;
};

const give = ({ carryOut }: NamespaceParts, { id: key }: AccessKey, id: Id, command: AccessKeyCommand, salted: SaltedValue | null = null): Answer<Done> =>
  carryOut({ by: 'access-key', id, key, command }, command, salted);

const write = async (parts: NamespaceParts, by: AccessKey, id: Id, key: SecretName, salted: SaltedValue): Answer<Done> => {
  const path = pathOf(by, key);
  if (isLeft(path)) return path;
  if (salted.value.length > VALUE_BYTES_MAX) return left(refuse('too_large'));
  const digest = valueDigest(salted.salt, salted.value);
  return give(parts, by, id, { operation: 'secret.write', path: path.right, digest, description: null, ifVersion: null }, salted);
};

/**
 * What one access key changes: each change stays in the log for ever, and a deletion has keys wrapped anew. A namespace can be filled at
 * once; reads share their records, and have no bound but that each key has its turn.
 */
export const CHANGES_BY_KEY = { perSecond: 20, atOnce: 1_000 } as const;
/** Of namespaces with an access key, whoever makes them: no admin is asked, and nobody can be told from another who has the shared secret. */
export const CREATIONS = { perSecond: 5, atOnce: 500 } as const;

/** Both doors together. */
const makeAllowances = (now: () => number) => {
  const [changes, creations] = [makeAllowance(CHANGES_BY_KEY, now), makeAllowance(CREATIONS, now)];
  const busy = left(refuse('busy'));
  return {
    change: <A>(by: AccessKey, task: () => Answer<A>): Answer<A> => (changes.use(by.id) ? task() : Promise.resolve(busy)),
    create: <A>(task: () => Answer<A>): Answer<A> => (creations.use('') ? task() : Promise.resolve(busy)),
  };
};

const remove = async (parts: NamespaceParts, by: AccessKey, id: Id, key: SecretName): Answer<Done> => {
  const path = pathOf(by, key);
  return isLeft(path) ? path : give(parts, by, id, { operation: 'secret.delete', path: path.right });
};

export const makeNamespaces = (parts: NamespaceParts, now: () => number = monotonic): Namespaces => {
  const allowed = makeAllowances(now);
  return {
    create: (namespace, id = randomId()) => allowed.create(() => create(parts, namespace ?? randomNamespace(), id)),
    opened: makeOpened(parts),
    read: (by, one) => read(parts, by, one),
    write: (by, id, key, value) => allowed.change(by, () => write(parts, by, id, key, value)),
    delete: (by, id, key) => allowed.change(by, () => remove(parts, by, id, key)),
    deleteAll: (by, id) => allowed.change(by, () => give(parts, by, id, { operation: 'namespace.delete', namespace: by.namespace })),
  };
};
