/** What services use. Inside everything is a value; here, and only here, failures become promises that reject. */
import * as E from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import { fromUtf8 } from '../crypto/bytes.ts';
import type { Redacted } from '../crypto/redacted.ts';
import { Format, FORMATS, Pattern, PATTERN_MAX } from '../events/expectation.ts';
import type { Subjects } from '../events/subjects.ts';
import { Note, SecretPath, Version, Word, type ClientInfo } from '../events/vocabulary.ts';
import { identityFingerprint, type ServiceIdentity } from './credential.ts';
import { ABORTED, argumentError, errorOf, JetlockError } from './error.ts';
import type { ClientFailure } from './failure.ts';
import type { Keys } from './keys.ts';
import { withOffline, type OfflineParts } from './offline/offline.ts';
import { repeated, systemTime, type Time } from './retry.ts';
import { serviceClient, type Answers, type Ask, type Found, type ServiceClient, type Watched } from './service.ts';
import { newSession } from './session.ts';
import type { Listening, Transport } from './transport.ts';
import { allFound, waitFor } from './wait.ts';

/** One version of one secret. Printing it shows no value. */
export type Secret = {
  readonly path: string;
  readonly version: number;
  /** Where it was kept from before, since nobody could be asked: how old it is, and when it is over, in milliseconds since 1970 UTC. */
  readonly offline?: { readonly ageMs: number; readonly until: number };
  /** Exactly the bytes that were written. */
  readonly value: Redacted<Uint8Array>;
  /** The value as text; throws a JetlockError `not_text` if it is not UTF-8. */
  readonly text: () => string;
};

/**
 * What an admin is shown who is asked about a path. `description`: at most 512 bytes, one line. `format`: one that JSON Schema names;
 * `pattern`: one of JSON Schema, at most 256 characters. A value that does not match is given all the same; admins are warned of it.
 */
export type GetOptions = { readonly description?: string; readonly format?: string; readonly pattern?: string };
/** One path of several, with its own. */
export type Wanted = GetOptions & { readonly path: string };
/** `signal` ends the waiting with the code `aborted`. */
export type WaitOptions = GetOptions & { readonly timeoutMs: number; readonly signal?: AbortSignal };

/** What is to be had, and the paths that are not. */
export type Some = { readonly secrets: ReadonlyArray<Secret>; readonly refused: ReadonlyArray<string> };

export type Registration = {
  readonly status: 'pending_approval' | 'approved' | 'denied';
  /** What an admin compares before approving. */
  readonly fingerprint: string;
};

/** All of these reject with a JetlockError only. What the service was too busy for, or did not answer, is asked again for up to 10 s. */
export type Client = {
  /** The name of the credential: what `register` answers, and an admin compares. */
  readonly fingerprint: string;
  /** Makes the credential known; an admin then approves it by its fingerprint. Again it only tells how that stands. */
  readonly register: (options?: { readonly serviceVersion?: string }) => Promise<Registration>;
  /** The current values, in order; rejects with the code `refused`, naming the paths, if one of them is not to be had. */
  readonly get: {
    (path: string, options?: GetOptions): Promise<Secret>;
    (paths: ReadonlyArray<string>, options?: GetOptions): Promise<ReadonlyArray<Secret>>;
  };
  /** What is to be had of many paths, and what is not, each with its own description. */
  readonly getMany: (wanted: ReadonlyArray<Wanted>) => Promise<Some>;
  /** Like `get`, but waits for approvals; after `timeoutMs` it rejects with the last refusal. */
  readonly waitFor: {
    (path: string, options: WaitOptions): Promise<Secret>;
    (paths: ReadonlyArray<string | Wanted>, options: WaitOptions): Promise<ReadonlyArray<Secret>>;
  };
  /**
   * Waits, a few seconds, until there is something newer than the versions that are given, or a path is refused now; of what did not
   * change it says nothing. `version` is left out of a path that was refused, or never asked for. Ask again then: one question at a time, of
   * at most 256 paths.
   */
  readonly watch: (watched: ReadonlyArray<Wanted & { readonly version?: number }>) => Promise<Some>;
  /**
   * Tells that this process runs these versions now, at most 64 at a time, for admins to see. @returns the paths that were not
   * believed: only what `get` would give can be reported, up to its version
   */
  readonly report: (report: { readonly applied: ReadonlyArray<Pick<Secret, 'path' | 'version'>> }) => Promise<{ readonly refused: ReadonlyArray<string> }>;
  /** Calls when access or a value may have changed: ask again then, and every now and then, since notices can be lost. */
  readonly onChange: (listener: () => void) => Listening;
  readonly close: () => Promise<void>;
};

export type ClientParts = {
  readonly transport: Transport;
  readonly subjects: Subjects;
  readonly keys: Keys;
  readonly identity: ServiceIdentity;
  readonly client: ClientInfo;
  readonly time?: Time;
  /** What is kept for when nobody can be asked; nothing unless given. */
  readonly offline?: Omit<OfflineParts, 'service' | 'time'>;
};

const orThrow = <A>(result: Either<ClientFailure, A>): A => {
  if (E.isRight(result)) return result.right;
  throw errorOf(result.left);
};

const noText = (path: SecretPath): JetlockError =>
  new JetlockError({ code: 'not_text', message: `the value of ${path} is not text`, hint: 'use its bytes', retryable: false, paths: [path] });

const secretOf = (path: SecretPath, { version, value, offline }: Found): Secret => {
  const text = (): string => {
    try {
      return fromUtf8(value.reveal());
    } catch {
      throw noText(path);
    }
  };
  const secret = { path, version, value, text };
  return offline === undefined ? secret : { offline, ...secret };
};

const asked = ({ path, description, format, pattern }: Wanted): Ask => {
  if (!SecretPath.is(path)) throw argumentError('that is not the path of a secret', 'a path has 2 to 8 segments of letters, digits, _ . - with / between');
  if (description !== undefined && !Note.is(description)) throw argumentError('that is not a description', 'it has at most 512 bytes and one line');
  if (format !== undefined && !Format.is(format)) throw argumentError('that is not a format', `it is one of ${FORMATS.join(', ')}`);
  if (pattern !== undefined && !Pattern.is(pattern)) throw argumentError('that is not a pattern', `it has at most ${PATTERN_MAX} characters, 512 bytes and one line`);
  return { path, description: description ?? null, format: format ?? null, pattern: pattern ?? null };
};

const appliedHere = ({ path, version }: Pick<Secret, 'path' | 'version'>) => {
  if (!SecretPath.is(path) || !Version.is(version)) throw argumentError('that is not a version of a secret', 'report the path and the version that a secret came with');
  return { path, version };
};

/** What is said of one path counts for that path, in place of what is said of all. */
const asksOf = (paths: string | ReadonlyArray<string | Wanted>, options: GetOptions): ReadonlyArray<Ask> =>
  (typeof paths === 'string' ? [paths] : paths).map((one) => asked({ ...options, ...(typeof one === 'string' ? { path: one } : one) }));

const secretsOf = (asks: ReadonlyArray<Ask>, answers: Answers): ReadonlyArray<Secret> =>
  asks.flatMap(({ path }) => {
    const one = answers.get(path);
    return one === undefined || one === 'refused' ? [] : [secretOf(path, one)];
  });

const someOf = (asks: ReadonlyArray<Ask>, answers: Answers): Some => ({
  secrets: secretsOf(asks, answers),
  refused: asks.map(({ path }) => path).filter((path) => answers.get(path) === 'refused'),
});

const watchedOf = (wanted: Wanted & { readonly version?: number }): Watched => {
  const { version = null } = wanted;
  if (version !== null && !Version.is(version)) throw argumentError('that is not a version of a secret', 'give the one that the secret came with');
  return { ...asked(wanted), version };
};

const watchWith = (service: ServiceClient): Client['watch'] => async (wanted) => {
  const asks = wanted.map(watchedOf);
  return someOf(asks, orThrow(await service.watch(asks)()));
};

/** How long it is tried where the service is busy, or does not answer. */
const WITHIN_MS = 10_000;

/** One for one, several for several. */
const shapedLike = (paths: string | ReadonlyArray<string | Wanted>, secrets: ReadonlyArray<Secret>): never =>
  (typeof paths === 'string' ? secrets[0] : secrets) as never;

/** Rejects as soon as the signal is aborted, whatever is under way. */
const unlessAborted = <A>(signal: AbortSignal, work: Promise<A>): Promise<A> =>
  new Promise((resolve, reject) => {
    const abort = () => reject(new JetlockError(ABORTED));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });

/** Aborted with the first of them. Not `AbortSignal.any`: of that Node loses a time-out that nobody else holds on to. */
const withFirst = (signals: ReadonlyArray<AbortSignal>) => {
  const first = new AbortController();
  const abort = (): void => first.abort();
  for (const signal of signals) {
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
  }
  return { signal: first.signal, release: () => signals.forEach((signal) => signal.removeEventListener('abort', abort)) };
};

/** The client of a service over any transport; closing it closes the transport. */
export const clientOf = ({ transport, subjects, keys, identity, client, time = systemTime, offline }: ClientParts): Client => {
  const session = newSession({ transport, keys, client, now: time.now });
  const asking = serviceClient({ session, subjects, identity, offline: offline !== undefined });
  const keeping = offline === undefined ? undefined : withOffline({ ...offline, service: asking, time });
  const service = keeping ?? asking;
  const onChange = (listener: () => void) => transport.notices(identity.service, () => listener());

  const again = { withinMs: WITHIN_MS, time, isUnsettled: transport.isUnsettled };
  const answersTo = (asks: ReadonlyArray<Ask>) => repeated((leftMs) => service.get(asks, leftMs), again)();

  const get = async (paths: string | ReadonlyArray<string>, options: GetOptions = {}) => {
    const asks = asksOf(paths, options);
    return shapedLike(paths, secretsOf(asks, orThrow(allFound(orThrow(await answersTo(asks))))));
  };
  const getMany = async (wanted: ReadonlyArray<Wanted>) => {
    const asks = wanted.map(asked);
    return someOf(asks, orThrow(await answersTo(asks)));
  };
  const closing = new AbortController();
  const waitForAll = async (paths: string | ReadonlyArray<string | Wanted>, { timeoutMs, signal: given, ...options }: WaitOptions) => {
    const asks = asksOf(paths, options);
    const { signal, release } = withFirst(given === undefined ? [closing.signal] : [closing.signal, given]);
    const found = waitFor(asks, { get: service.get, onNotice: onChange, timeoutMs, signal, time })();
    return shapedLike(paths, secretsOf(asks, orThrow(await unlessAborted(signal, found).finally(release))));
  };
  const register = async ({ serviceVersion }: { readonly serviceVersion?: string } = {}) => {
    if (serviceVersion !== undefined && !Word.is(serviceVersion)) throw argumentError('that is not a version', 'it has at most 64 characters and no spaces');
    return orThrow(await repeated(() => service.register(serviceVersion ?? null), again)());
  };
  const report: Client['report'] = async ({ applied }) => {
    const told = { applied: applied.map(appliedHere), used: [] };
    return { refused: orThrow(await repeated(() => service.report(told), again)()) };
  };
  const close = async () => {
    closing.abort();
    keeping?.close();
    session.close();
    await transport.close();
  };
  return { fingerprint: identityFingerprint(identity), register, get, getMany, watch: watchWith(service), waitFor: waitForAll, report, onChange, close };
};
