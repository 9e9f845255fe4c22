/** A log in memory, for tests and examples: it keeps the port's promises, and loses everything with the process. */
import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { covers, coversSubject } from './filter.ts';
import type { Draft, Follow, Log, LogMessage, Subscription } from './log.ts';

/** A message that someone publishes past the port: nothing about it is checked. */
export type Intrusion = { readonly subject: string; readonly data: Uint8Array; readonly mac?: string };

export type MemoryLog = Log & {
  /** What an intruder with the right to publish can do; its sequence. */
  readonly publish: (message: Intrusion) => number;
};

type Memory = { readonly messages: LogMessage[]; readonly ofSubject: Map<string, number>; readonly wake: Set<() => void> };

const store = (memory: Memory, message: Omit<LogMessage, 'seq'>): number => {
  const seq = memory.messages.length + 1;
  // A copy: the caller's buffer may be used again, and what is stored never changes.
  memory.messages.push({ ...message, data: message.data.slice(), seq });
  memory.ofSubject.set(message.subject, seq);
  for (const wake of memory.wake) wake();
  return seq;
};

const copy = (message: LogMessage): LogMessage => ({ ...message, data: message.data.slice() });

const waitForMore = (memory: Memory, stopped: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      memory.wake.delete(done);
      stopped.removeEventListener('abort', done);
      resolve();
    };
    memory.wake.add(done);
    stopped.addEventListener('abort', done);
  });

const deliver = async (memory: Memory, { filters, from, onMessage }: Follow, stopped: AbortSignal): Promise<void> => {
  const wanted = covers(filters);
  let next = Math.max(from, 1);
  while (!stopped.aborted) {
    const message = memory.messages[next - 1];
    if (message === undefined) {
      await waitForMore(memory, stopped);
      continue;
    }
    next += 1;
    const taking = wanted(message.subject) ? onMessage(copy(message)) : undefined;
    if (taking) await taking;
  }
};

const follow = (memory: Memory) => async (wanted: Follow): Promise<Subscription> => {
  const stop = new AbortController();
  // Not now: as with a real log, nothing arrives before the caller has its subscription.
  setImmediate(() => void deliver(memory, wanted, stop.signal));
  return { close: async () => stop.abort() };
};

const append = (memory: Memory, clock: () => number): Log['append'] => (draft: Draft) => async () => {
  const last = memory.ofSubject.get(draft.subject) ?? 0;
  const { subject, data, mac } = draft;
  return last === draft.prev ? E.right(store(memory, { subject, data, mac, time: clock() })) : E.left({ _tag: 'conflict' });
};

const info = (memory: Memory, created: string, time: number) => ({
  created,
  first: memory.messages.length === 0 ? 0 : 1,
  last: memory.messages.length,
  messages: memory.messages.length,
  bytes: memory.messages.reduce((sum, { data }) => sum + data.length, 0),
  time,
});

const found = (message: LogMessage | undefined) => TE.right(O.map(copy)(O.fromNullable(message)));

/** @param options.clock the log server's clock, in milliseconds since 1970 UTC */
export const memoryLog = ({ clock = Date.now }: { readonly clock?: () => number } = {}): MemoryLog => {
  const memory: Memory = { messages: [], ofSubject: new Map(), wake: new Set() };
  const created = new Date(clock()).toISOString();
  return {
    publish: ({ subject, data, mac = '' }) => store(memory, { subject, data, mac, time: clock() }),
    append: append(memory, clock),
    follow: follow(memory),
    at: (seq) => found(memory.messages[seq - 1]),
    next: (seq, filter) => found(memory.messages.find((message) => message.seq >= seq && coversSubject(filter, message.subject))),
    last: (filter) => TE.right(memory.messages.findLast(({ subject }) => coversSubject(filter, subject))?.seq ?? 0),
    info: () => async () => E.right(info(memory, created, clock())),
  };
};
