/**
 * A service's requests, and what was kept of their answers for when nobody can be asked. It is used only then: an answer of the
 * service, whatever it says, counts more. What is used is counted in the file first, and told as soon as there is somebody to tell.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import { fromBase64, toBase64 } from '../../crypto/bytes.ts';
import { randomId } from '../../crypto/random.ts';
import { Redacted } from '../../crypto/redacted.ts';
import type { Ciphertext, Instant, SecretPath } from '../../events/vocabulary.ts';
import { barePath } from '../../protocol/operations.ts';
import { codeOf } from '../../protocol/refusal.ts';
import type { ClientFailure } from '../failure.ts';
import { backOff, canPass, type Time } from '../retry.ts';
import type { FileFailure } from '../secret-file.ts';
import type { Answers, Ask, Found, ServiceClient, Watched } from '../service.ts';
import type { KeptFile } from './file.ts';
import { arrived, forget, keep, nextUses, passed, take, type Content, type Kept } from './kept.ts';

/** One use of a value that was kept: `ageMs` since it was read, `until` when it is over, milliseconds since 1970 UTC. */
export type OfflineUse = { readonly path: string; readonly version: number; readonly ageMs: number; readonly until: number };

export type OfflineParts = {
  readonly service: ServiceClient;
  readonly file: KeptFile;
  /** Nothing is used longer than so after it was read, whatever the grant allows. */
  readonly maxAgeMs: number;
  readonly onUse: (use: OfflineUse) => void;
  /** What could not be kept, forgotten or counted. */
  readonly onFailure: (failure: FileFailure) => void;
  readonly time: Time;
};

export type OfflineClient = ServiceClient & { readonly close: () => void };

/** Where nobody answered a moment ago, what is kept anyway is not waited for long. */
const SHORT_MS = 500;

/** Nobody could be asked, or the service itself has no log: neither says anything of the access. */
const isOut = (failure: ClientFailure): boolean => failure._tag === 'unavailable' || (failure._tag === 'refusal' && failure.refusal.code === 'unavailable');
/** The credential counts for nothing any more, and so does what was given to it. */
const isOver = (failure: ClientFailure): boolean => failure._tag === 'refusal' && ['unauthorized', 'credential_pending'].includes(codeOf(failure.refusal));

const everything = ({ kept }: Content): ReadonlySet<SecretPath> => new Set(kept.map(({ path }) => path));

const keptFrom = (answers: Answers, at: Instant, maxAgeMs: number): ReadonlyArray<Kept> =>
  [...answers].flatMap(([path, answer]) => {
    if (answer === 'refused' || answer.offlineUntil === null) return [];
    const { version, value, read, offlineUntil } = answer;
    return [{ path, version, read, at, until: Math.min(offlineUntil, at + maxAgeMs) as Instant, value: toBase64(value.reveal()) as Ciphertext }];
  });

const foundFrom = ({ version, value, read, at, until }: Kept, now: number): Found => ({
  version,
  read,
  value: new Redacted(fromBase64(value)),
  offlineUntil: until,
  offline: { ageMs: now - at, until },
});

/** The steps on the file, each with the time of now. */
const stepsOn = ({ file, maxAgeMs, time }: OfflineParts) => {
  const step = <A>(to: (content: Content) => { readonly content: Content; readonly result: A }): Either<FileFailure, A> =>
    file.change((content) => to(limited(passed(content, time.now()))));
  /** Also what was kept under a longer limit. */
  const limited = (content: Content): Content => ({ ...content, kept: content.kept.filter(({ at }) => content.seen < at + maxAgeMs) });
  return {
    note: (answers: Answers) =>
      step((content) => {
        // The service has just taken our clock for right: one that was far ahead for a while does not count any more.
        const at = time.now() as Instant;
        return { content: keep({ ...forget(content, new Set(answers.keys())), seen: at }, keptFrom(answers, at, maxAgeMs)), result: undefined };
      }),
    forgetAll: () => step((content) => ({ content: forget(content, everything(content)), result: undefined })),
    use: (paths: ReadonlyArray<SecretPath>) =>
      step((content) => {
        const { content: next, taken } = take(content, paths, randomId);
        return { content: next, result: { taken, now: next.seen } };
      }),
    next: () => step((content) => (({ content: next, uses }) => ({ content: next, result: uses }))(nextUses(content))),
    drop: (uses: ReadonlyArray<Content['uses'][number]['use']>) => step((content) => ({ content: arrived(content, uses), result: undefined })),
    /** Of which half of the time is over. */
    due: () => step((content) => ({ content, result: new Set(content.kept.filter(({ at, until }) => content.seen >= (at + until) / 2).map(({ path }) => path)) })),
    paths: () => step((content) => ({ content, result: [...everything(content)] })),
  };
};

type Steps = ReturnType<typeof stepsOn>;

/**
 * Answers may overtake each other. What was asked for before an answer came that took something away may have been allowed before
 * that: it is given, and not kept again.
 */
const newOrder = () => {
  const takenAt = new Map<SecretPath, number>();
  let [asked, allTakenAt] = [0, 0];
  return {
    begin: (): number => (asked += 1),
    takeAll: () => void (allTakenAt = asked),
    /** Those that still say how it is. */
    valid: (answers: Answers, began: number): Answers => {
      const valid = [...answers].filter(([path, answer]) => {
        const takes = answer === 'refused' || answer.offlineUntil === null;
        if (takes) takenAt.set(path, asked);
        return takes || began > Math.max(allTakenAt, takenAt.get(path) ?? 0);
      });
      return new Map(valid);
    },
  };
};

/** Makes the file say what was answered to a question of that number. */
type Settle = (answers: Either<ClientFailure, Answers>, began: number) => void;

/** What an answer, or the lack of one, means for what is kept. Where that cannot be written, nothing of the file counts. */
const settling = (steps: Steps, { onFailure }: OfflineParts) => {
  const { begin, takeAll, valid } = newOrder();
  let isUnsure = false;
  const forgetAll = () => {
    takeAll();
    return steps.forgetAll();
  };
  const settle: Settle = (answers, began) => {
    if (E.isLeft(answers) && !isOver(answers.left)) return;
    const done = E.isRight(answers) ? steps.note(valid(answers.right, began)) : forgetAll();
    isUnsure = E.isLeft(done);
    if (E.isLeft(done)) onFailure(done.left);
  };
  return { settle, begin, isUnsure: () => isUnsure };
};

type Settling = Pick<ReturnType<typeof settling>, 'settle' | 'begin'>;

/** Tells what was used until all of it is in the log; then asks again for what is kept, since it may have been revoked meanwhile. */
const teller = ({ service, onFailure, time }: OfflineParts, steps: Steps, { settle, begin }: Settling, ask: (paths: ReadonlyArray<SecretPath>) => Promise<unknown>, isOverNow: AbortSignal) => {
  let [telling, isWanted] = [false, false];
  const round = async (): Promise<'told' | 'nothing' | 'again' | 'never'> => {
    const next = steps.next();
    if (E.isLeft(next)) onFailure(next.left);
    if (E.isLeft(next)) return 'never';
    if (next.right.length === 0) return 'nothing';
    const began = begin();
    const told = await service.report({ applied: [], used: next.right })();
    if (E.isLeft(told)) settle(E.left(told.left), began);
    if (E.isLeft(told)) return canPass(told.left) ? 'again' : 'never';
    const dropped = steps.drop(next.right);
    if (E.isRight(dropped)) return ((rest) => (rest === 'nothing' ? 'told' : rest))(await round());
    onFailure(dropped.left);
    return 'never';
  };
  const askAgain = async (): Promise<void> => {
    const paths = steps.paths();
    if (E.isRight(paths) && paths.right.length > 0) await ask(paths.right);
  };
  const tellAll = async (): Promise<void> => {
    for (let failed = 1; !isOverNow.aborted; failed += 1) {
      const result = await round();
      if (result === 'told' || (result === 'nothing' && failed > 1)) await askAgain();
      if (result !== 'again') break;
      await time.pause(backOff(failed), isOverNow);
    }
  };
  return async (): Promise<void> => {
    isWanted = true;
    if (telling) return;
    telling = true;
    // What was used while the rest was told is told as well.
    while (isWanted && !isOverNow.aborted) {
      isWanted = false;
      await tellAll();
    }
    telling = false;
  };
};

/** A value that is kept is asked for again when half of its time is over, although it is the same: else it would be over at some time, whoever could be asked. */
const watching =
  ({ watch }: ServiceClient, steps: Steps, { settle, begin }: Settling): ServiceClient['watch'] =>
  (watched) =>
  async () => {
    const due = steps.due();
    const isDue = ({ path }: Watched): boolean => E.isRight(due) && due.right.has(path);
    const began = begin();
    const answers = await watch(watched.map((one) => (isDue(one) ? { ...one, version: null } : one)))();
    // An answer that says nothing changes nothing.
    if (E.isLeft(answers) || answers.right.size > 0) settle(answers, began);
    return answers;
  };

/** `close` ends the telling; what was not told is told by the next process that has the file. */
export const withOffline = (parts: OfflineParts): OfflineClient => {
  const { service, onUse, onFailure } = parts;
  const closing = new AbortController();
  const steps = stepsOn(parts);
  const { isUnsure, ...settled } = settling(steps, parts);
  const { settle, begin } = settled;
  let isAway = false;
  /** What one reply says counts, also where the next one does not come. */
  const ask = async (asks: ReadonlyArray<Ask>, withinMs?: number): Promise<Either<ClientFailure, Answers>> => {
    const began = begin();
    const answers = await service.get(asks, withinMs, (some) => settle(E.right(some), began))();
    if (E.isLeft(answers)) settle(answers, began);
    isAway = E.isLeft(answers) && isOut(answers.left);
    return answers;
  };
  const tell = teller(parts, steps, settled, (paths) => ask(paths.map(barePath)), closing.signal);
  const kept = (asks: ReadonlyArray<Ask>): Answers | undefined => {
    const used = steps.use(asks.map(({ path }) => path));
    if (E.isLeft(used)) onFailure(used.left);
    if (E.isLeft(used) || used.right.taken.length === 0) return undefined;
    const { taken, now } = used.right;
    for (const { path, version, at, until } of taken) onUse({ path, version, ageMs: now - at, until });
    void tell();
    return new Map(taken.map((one) => [one.path, foundFrom(one, now)]));
  };
  const hasAll = (asks: ReadonlyArray<Ask>): boolean => {
    const paths = steps.paths();
    return E.isRight(paths) && asks.every(({ path }) => paths.right.includes(path));
  };
  const get: ServiceClient['get'] = (asks, withinMs) => async () => {
    const isShort = isAway && hasAll(asks);
    const answers = await ask(asks, isShort ? Math.min(SHORT_MS, withinMs ?? SHORT_MS) : withinMs);
    const instead = E.isLeft(answers) && isOut(answers.left) && !isUnsure() ? kept(asks) : undefined;
    return instead === undefined ? answers : E.right(instead);
  };
  void tell();
  return { ...service, get, watch: watching(service, steps, settled), close: () => closing.abort() };
};
