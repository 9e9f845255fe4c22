/** What a requesting program asks for: to be known, and its secrets. Every path that was asked gets an answer, or the whole is a failure. */
import * as E from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Format, Pattern } from '../events/expectation.ts';
import type { Subjects } from '../events/subjects.ts';
import { fromBase64 } from '../crypto/bytes.ts';
import { randomId } from '../crypto/random.ts';
import { Redacted } from '../crypto/redacted.ts';
import type { Instant, Note, SecretPath, Sequence, Version, Word } from '../events/vocabulary.ts';
import { GetReply, RegisterReply, ReportReply, WatchReply, type GetRequest, type RegisterRequest, type ReportRequest, type WatchRequest } from '../protocol/operations.ts';
import { OPEN_MS, PATHS_MAX, WATCHED_MAX } from '../protocol/wire.ts';
import { credentialOf, identityFingerprint, type ServiceIdentity } from './credential.ts';
import { distrusted, notUnderstood, refusedHere, type ClientFailure } from './failure.ts';
import { decoded } from './json.ts';
import { acrossLoss, systemTime } from './retry.ts';
import type { Session } from './session.ts';

/** One path, with what an admin is shown when asked about it: words, and what is expected of the value. */
export type Ask = { readonly path: SecretPath; readonly description: Note | null; readonly format: Format | null; readonly pattern: Pattern | null };
/** One path, and the version that is known of it; null for none, or a refusal. */
export type Watched = Ask & { readonly version: Version | null };
/** `read`: the place of the read in the log. `offlineUntil`: how long it may be used while nobody can be asked. `offline`: it was kept from then, and so old it is. */
export type Found = {
  readonly version: Version;
  readonly value: Redacted<Uint8Array>;
  readonly read: Sequence;
  readonly offlineUntil: Instant | null;
  readonly offline?: { readonly ageMs: number; readonly until: number };
};
/** For each path what was found, or that it was refused. */
export type Answers = ReadonlyMap<SecretPath, Found | 'refused'>;

export type Report = Pick<ReportRequest, 'applied' | 'used'>;

export type ServiceClient = {
  readonly register: (serviceVersion: Word | null) => TaskEither<ClientFailure, RegisterReply>;
  /**
   * @param withinMs how long the service may take for each of its replies, at most 5 s
   * @param onSome told what each reply says, also where a later one does not come
   */
  readonly get: (asks: ReadonlyArray<Ask>, withinMs?: number, onSome?: (answers: Answers) => void) => TaskEither<ClientFailure, Answers>;
  /**
   * What is newer than that, or refused now, as soon as there is any; nothing where nothing changed for a while. At most 256 paths, each once. Sent once,
   * and one question at a time: the next one takes its place.
   */
  readonly watch: (watched: ReadonlyArray<Watched>) => TaskEither<ClientFailure, Answers>;
  /** At most 64 of each. @returns the paths that were not believed */
  readonly report: (report: Report) => TaskEither<ClientFailure, ReportReply['refused']>;
};

/** `offline`: values are wanted also for when nobody can be asked. */
export type ServiceOptions = { readonly session: Session; readonly subjects: Subjects; readonly identity: ServiceIdentity; readonly offline?: boolean };

const TIMEOUT_MS = 5_000;
/** A question that stays open is answered by then, or whoever had it is gone. */
const WATCH_TIMEOUT_MS = OPEN_MS + TIMEOUT_MS;

type Batch = { readonly answers: Answers; readonly rest: ReadonlyArray<Ask> };

const foundIn = ({ version, value, offlineUntil }: Extract<GetReply['results'][number], { outcome: 'value' }>, read: Sequence): Found => ({
  version,
  value: new Redacted(fromBase64(value)),
  read,
  offlineUntil,
});

const answerIn = (got: GetReply['results'][number], read: Sequence): Found | 'refused' => (got.outcome === 'value' ? foundIn(got, read) : 'refused');

/** What one reply says about the asked paths; each must be answered, or be in `more`, once, and at least one answered. */
const answersIn = (asks: ReadonlyArray<Ask>, { seq: read, results, more }: GetReply): Either<ClientFailure, Batch> => {
  const answers = new Map(results.map((got) => [got.path, answerIn(got, read)] as const));
  const rest = asks.filter(({ path }) => !answers.has(path));
  const complete = results.length === answers.size && answers.size > 0 && answers.size + rest.length === asks.length;
  const told = new Set<SecretPath>(more);
  return complete && told.size === rest.length && rest.every(({ path }) => told.has(path))
    ? E.right({ answers, rest })
    : E.left(notUnderstood('the reply does not answer what was asked'));
};

/** What is new of what is watched. */
const newsIn = (watched: ReadonlyArray<Watched>, { news }: WatchReply): Either<ClientFailure, Answers> => {
  const asked = new Set(watched.map(({ path }) => path));
  const results = news?.results ?? [];
  return results.every(({ path }) => asked.has(path))
    ? E.right(new Map(results.map((got) => [got.path, answerIn(got, news?.seq ?? (0 as Sequence))] as const)))
    : E.left(notUnderstood('the reply does not answer what was asked'));
};

const withoutRepeats = (asks: ReadonlyArray<Ask>): ReadonlyArray<Ask> =>
  asks.length === 1 ? asks : [...new Map(asks.map((ask) => [ask.path, ask])).values()];

type Send = (subject: string, body: WatchRequest, timeoutMs: number) => Promise<Either<ClientFailure, unknown>>;

/** One question at a time, so one name is enough. */
const watchOn = (send: Send, subject: string, offline: boolean): ServiceClient['watch'] => {
  const watch = randomId();
  return (watched) => async () => {
    if (watched.length > WATCHED_MAX) return E.left(refusedHere('too_large'));
    const reply = await send(subject, { watch, paths: watched, offline }, WATCH_TIMEOUT_MS);
    if (E.isLeft(reply)) return reply;
    const read = decoded(WatchReply)(reply.right);
    return E.isLeft(read) ? E.left(notUnderstood(read.left)) : newsIn(watched, read.right);
  };
};

/** The requests of one service. */
export const serviceClient = ({ session, subjects, identity, offline = false }: ServiceOptions): ServiceClient => {
  const { service } = identity;
  const credential = credentialOf(identity);
  // With the service's name in the subject the broker's own permissions can tie a connection to it.
  const [toGet, toRegister, toReport] = [`${subjects.get}.${service}`, `${subjects.register}.${service}`, `${subjects.report}.${service}`];
  const instance = randomId();

  const questionOf = (subject: string, body: RegisterRequest | GetRequest | WatchRequest | ReportRequest) => ({ subject, service, body: JSON.stringify(body), credential, enclosed: null });
  const watch = watchOn((subject, body, timeoutMs) => session.ask({ timeoutMs, ...questionOf(subject, body) })(), `${subjects.watch}.${service}`, offline);
  const ask = (subject: string, body: RegisterRequest | GetRequest | ReportRequest, withinMs = TIMEOUT_MS): TaskEither<ClientFailure, unknown> => {
    // Asked anew it is a request with an id of its own: a read is one more line in the audit log, a credential is known or is not.
    const again = { withinMs: Math.min(TIMEOUT_MS, withinMs), time: systemTime, isUnsettled: session.isUnsettled };
    return acrossLoss((timeoutMs) => session.ask({ timeoutMs, ...questionOf(subject, body) }), again);
  };

  const register: ServiceClient['register'] = (serviceVersion) => async () => {
    const reply = await ask(toRegister, { service, kind: identity.kind, serviceVersion })();
    const read = E.isLeft(reply) ? reply : E.mapLeft(notUnderstood)(decoded(RegisterReply)(reply.right));
    if (E.isLeft(read) || read.right.fingerprint === identityFingerprint(identity)) return read;
    return E.left(distrusted('the service has another fingerprint for this credential', 'do not have it approved; ask who runs the service'));
  };

  const batch = async (asks: ReadonlyArray<Ask>, withinMs?: number): Promise<Either<ClientFailure, Batch>> => {
    const reply = await ask(toGet, { paths: asks, offline }, withinMs)();
    if (E.isLeft(reply)) return reply;
    const read = decoded(GetReply)(reply.right);
    return E.isLeft(read) ? E.left(notUnderstood(read.left)) : answersIn(asks, read.right);
  };

  const get: ServiceClient['get'] = (asks, withinMs, onSome = () => undefined) => async () => {
    const all = new Map<SecretPath, Found | 'refused'>();
    // Each round answers one path at least, so there is an end.
    for (let left = withoutRepeats(asks); left.length > 0; ) {
      const answered = await batch(left.slice(0, PATHS_MAX), withinMs);
      if (E.isLeft(answered)) return answered;
      onSome(answered.right.answers);
      for (const [path, answer] of answered.right.answers) all.set(path, answer);
      left = [...answered.right.rest, ...left.slice(PATHS_MAX)];
    }
    return E.right(all);
  };
  const report: ServiceClient['report'] = (told) => async () => {
    const reply = await ask(toReport, { instance, ...told })();
    return E.isLeft(reply) ? reply : E.bimap(notUnderstood, ({ refused }: ReportReply) => refused)(decoded(ReportReply)(reply.right));
  };
  return { register, get, watch, report };
};
