/**
 * Reads, appended together: while one read message is in flight, those that arrive gather for the next one, so a disk that
 * syncs every message costs each read a share only. The outcome of each is decided when the message is folded, at its own
 * place; it is handed out when the message is acknowledged as well. No acknowledgement, no secret.
 */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { messageHash } from '../../crypto/log.ts';
import type { Outcome } from '../../events/read/decide.ts';
import type { NamespaceOutcome } from '../../events/read/namespace.ts';
import type { NamespaceRead, ReadAttempt, RefusalCount } from '../../events/read/read.ts';
import { refuse, type Refusal } from '../../events/refusal.ts';
import type { Verdict } from '../../events/fold/verdict.ts';
import type { Digest } from '../../events/vocabulary.ts';
import { makeQueues } from './queues.ts';
import { ageFromNow } from './age.ts';
import type { Replica } from './replica.ts';
import { writeRecord, type Written } from './write.ts';

type Place = { readonly seq: number; readonly messageHash: Digest };
/** What the log says of one read: its place, and the outcome of each path there. */
export type Committed = Place & { readonly outcomes: ReadonlyArray<Outcome> };
/** The same of a read of a namespace. */
export type CommittedNamespace = Place & { readonly outcome: NamespaceOutcome };

export type Commits = {
  readonly read: (attempt: ReadAttempt) => Promise<Either<Refusal, Committed>>;
  readonly readNamespace: (attempt: NamespaceRead) => Promise<Either<Refusal, CommittedNamespace>>;
  /** How many of both there were since the start. */
  readonly reads: () => number;
  /** What waits by now leaves at once: it need not wait for what the connections bring. */
  readonly leave: () => void;
  /** Refusals that were summed up go with the next message. */
  readonly note: (refusals: ReadonlyArray<RefusalCount>) => void;
  /** Appends a message and waits until it is folded: then everything before it is, too. */
  readonly barrier: (limitMs: number) => Promise<boolean>;
};

const ENTRIES_MAX = 1_000;
const BYTES_MAX = 256 * 1024;
const WAITING_MAX = 20_000;
const REFUSALS_MAX = 1_000;
/** A reply that is older than this is dropped: the client has asked again. */
export const STALE_MS = 2_000;

type Waiting<A, C> = { readonly attempt: A; readonly age: () => number; readonly resolve: (result: Either<Refusal, C>) => void };
type PathsEntry = Waiting<ReadAttempt, Committed>;
type NamespaceEntry = Waiting<NamespaceRead, CommittedNamespace>;
type Entry = PathsEntry | NamespaceEntry;

const isOfPaths = (entry: Entry): entry is PathsEntry => 'paths' in entry.attempt;
const isOfNamespace = (entry: Entry): entry is NamespaceEntry => !isOfPaths(entry);

/** About what an entry takes in the message. */
const bytesOf = (attempt: Entry['attempt']): number => ('paths' in attempt ? attempt.paths.reduce((sum, path) => sum + path.length + 3, 250) : 800);

/** The longest run from the front that fits into one message. */
const takeBatch = (queue: Array<Entry>): ReadonlyArray<Entry> => {
  let bytes = 0;
  let count = 0;
  for (const { attempt } of queue) {
    bytes += bytesOf(attempt);
    if (count === ENTRIES_MAX || (count > 0 && bytes > BYTES_MAX)) break;
    count += 1;
  }
  return queue.splice(0, count);
};

type Pending = {
  readonly acknowledge: () => void;
  /** Stops waiting for the fold without an answer: the same reads go into another record. */
  readonly forget: () => void;
};

type AllCommitted = { readonly paths: ReadonlyArray<Committed>; readonly namespaces: ReadonlyArray<CommittedNamespace> };

const committedAt = (place: Place, { outcomes, namespaces }: Extract<Verdict, { _tag: 'read' }>): AllCommitted => ({
  paths: outcomes.map((outcomes) => ({ outcomes, ...place })),
  namespaces: namespaces.map((outcome) => ({ outcome, ...place })),
});

const answer = <A, C>({ age, resolve }: Waiting<A, C>, committed: C | undefined): void =>
  resolve(committed === undefined || age() > STALE_MS ? left(refuse('unavailable')) : right(committed));

/** Few, since each is a write to the socket. */
const PARTS = 5;
const PART_MIN = 32;

/** Runs them all, one part after the other: of those who ask at once, many at one rotation, the first have their bytes while the last are still sealed. */
export const inParts = (answers: ReadonlyArray<() => void>, part = Math.max(PART_MIN, Math.ceil(answers.length / PARTS))): void => {
  for (const answerOne of answers.slice(0, part)) answerOne();
  // After all that follows from these, up to that write, and before anything else: ticks alone would all come before what follows.
  if (answers.length > part) queueMicrotask(() => process.nextTick(inParts, answers.slice(part), part));
};

/** Hands the outcomes out when the record is both folded and acknowledged, and never after the limit. */
const onceFolded = (replica: Replica, { id, draft }: Written, entries: ReadonlyArray<Entry>): Pending => {
  let acknowledged = false;
  let committed: AllCommitted | undefined;
  let timer: NodeJS.Timeout | undefined;
  const answerAll = (): void => {
    clearTimeout(timer);
    inParts([
      ...entries.filter(isOfPaths).map((entry, index) => () => answer(entry, committed?.paths[index])),
      ...entries.filter(isOfNamespace).map((entry, index) => () => answer(entry, committed?.namespaces[index])),
    ]);
  };
  const forget = replica.onRecord(id, ({ seq, verdict }) => {
    const place = { seq, messageHash: messageHash(draft.data) };
    committed = verdict._tag === 'read' ? committedAt(place, verdict) : { paths: [], namespaces: [] };
    if (acknowledged) answerAll();
  });
  return {
    forget,
    acknowledge: () => {
      acknowledged = true;
      if (committed !== undefined) return answerAll();
      timer = setTimeout(() => {
        forget();
        answerAll();
      }, STALE_MS);
    },
  };
};

type Sent = 'sent' | 'conflict' | 'failed';

/** This replica's own subject: the place of its last message, and one append at a time. */
const makeAppender = (replica: Replica) => {
  const { fold, log, subjects } = replica;
  const subject = subjects.read(replica.id);
  let last = 0;
  return {
    last: (): number => last,
    /** Someone else wrote on this subject: nothing of it counts, but it stands before us. */
    catchUp: async (): Promise<void> => {
      const leader = await log.last(subject)();
      if (isLeft(leader)) return;
      await replica.reached(leader.right, STALE_MS);
      last = leader.right;
    },
    append: async (entries: ReadonlyArray<Entry>, refusals: ReadonlyArray<RefusalCount>): Promise<Sent> => {
      const reads = entries.filter(isOfPaths).map(({ attempt }) => attempt);
      const namespaces = entries.filter(isOfNamespace).map(({ attempt }) => attempt);
      const written = writeRecord(replica, subject, Math.max(last, fold.previous(subject)), { kind: 'read', reads, namespaces, refusals });
      if (written === undefined) return 'failed';
      const pending = onceFolded(replica, written, entries);
      const appended = await log.append(written.draft)();
      if (isLeft(appended)) {
        pending.forget();
        return appended.left._tag === 'conflict' ? 'conflict' : 'failed';
      }
      last = appended.right;
      pending.acknowledge();
      return 'sent';
    },
  };
};

const unavailable = (entries: ReadonlyArray<Entry>): void => {
  for (const { resolve } of entries) resolve(left(refuse('unavailable')));
};

/** Appends entries together with the refusals that wait; what cannot be appended is answered `unavailable`. */
const makeSender = (replica: Replica) => {
  const appender = makeAppender(replica);
  let refusals: ReadonlyArray<RefusalCount> = [];
  const note = (counts: ReadonlyArray<RefusalCount>): void => {
    refusals = [...refusals, ...counts].slice(-REFUSALS_MAX);
  };
  /** @returns the sequence of the record, or 0 if there is none that is known of */
  const send = async (entries: ReadonlyArray<Entry>): Promise<number> => {
    const counts = refusals;
    refusals = [];
    // Whoever may publish can come between, again and again: for as long as an answer would still be of use.
    for (const age = ageFromNow(); age() < STALE_MS; ) {
      const result = await appender.append(entries, counts);
      if (result === 'sent') return appender.last();
      // Also after a time-out: the record may be there, unanswered, and then the next one stands behind it.
      await appender.catchUp();
      if (result === 'failed') break;
    }
    note(counts);
    unavailable(entries);
    return 0;
  };
  return { note, send };
};

/** Turns of the event loop, each of which can be cut short. */
const makeLoopTurns = () => {
  let over = (): void => undefined;
  const next = (): Promise<void> =>
    new Promise((resolve) => {
      over = resolve;
      setImmediate(resolve);
    });
  return { next, cutShort: () => over() };
};

export const makeCommits = (replica: Replica): Commits => {
  const { note, send } = makeSender(replica);
  const inTurn = makeQueues();
  const sendInTurn = (entries: () => ReadonlyArray<Entry>): Promise<number> => inTurn('', () => send(entries()));
  const turns = makeLoopTurns();
  const queue: Array<Entry> = [];
  let busy = false;
  let reads = 0;

  const pump = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    while (queue.length > 0) {
      // What the connections have brought by now goes along: a record takes about as long for many reads as for one.
      await turns.next();
      await sendInTurn(() => takeBatch(queue));
    }
    busy = false;
  };

  const enter = <C>(entryOf: (resolve: (result: Either<Refusal, C>) => void, age: () => number) => Entry): Promise<Either<Refusal, C>> =>
    new Promise((resolve) => {
      if (queue.length >= WAITING_MAX) return resolve(left(refuse('busy')));
      reads += 1;
      queue.push(entryOf(resolve, ageFromNow()));
      void pump();
    });

  return {
    reads: () => reads,
    leave: turns.cutShort,
    note: (counts) => {
      note(counts);
      void sendInTurn(() => []);
    },
    barrier: async (limitMs) => {
      const seq = await sendInTurn(() => []);
      return seq > 0 && replica.reached(seq, limitMs);
    },
    read: (attempt) => enter((resolve, age) => ({ attempt, age, resolve })),
    readNamespace: (attempt) => enter((resolve, age) => ({ attempt, age, resolve })),
  };
};
