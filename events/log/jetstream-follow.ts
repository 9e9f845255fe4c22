/**
 * Following a stream for as long as the process lives. The client's ordered consumer stands still for up to 45 seconds after
 * the server was restarted, so this makes consumers of its own, and a new one after every kind of loss.
 */
import { randomBytes, randomInt } from 'node:crypto';
import { AckPolicy, DeliverPolicy, jetstream } from '@nats-io/jetstream';
import type { ConsumerConfig, JetStreamManager } from '@nats-io/jetstream';
import { isLeft } from 'fp-ts/lib/Either.js';
import { createInbox, nanos } from 'nats';
import type { NatsConnection } from 'nats';
import { covers } from './filter.ts';
import { makeAskAgain, type AskAgain } from './jetstream-ask.ts';
import { headStart } from './jetstream-head-start.ts';
import { LINK_LOST, linkBecomes } from './jetstream-link.ts';
import type { Link } from './jetstream-link.ts';
import { LARGE, SMALL, takeFrom } from './jetstream-pull.ts';
import type { Consumer, Take } from './jetstream-pull.ts';
import { jetstreamReader, managerOf } from './jetstream-reader.ts';
import type { Stream } from './jetstream-reader.ts';
import type { Follow, Log, LogMessage, LogReader } from './log.ts';

const FORGOTTEN_AFTER_MS = 60_000;
const PAUSE_MS_MIN = 25;
const PAUSE_MS_MAX = 2_000;
/** A consumer that lived this long was whole: what ended it is a new trouble, not the old one. */
const HEALTHY_MS = 5_000;

type Flow = {
  readonly nc: NatsConnection;
  readonly link: Link;
  readonly stream: string;
  readonly reader: LogReader;
  readonly manager: Promise<JetStreamManager>;
  readonly askAgain: AskAgain;
  readonly wanted: Follow;
  readonly isWanted: (subject: string) => boolean;
  readonly stop: AbortSignal;
  /** Sequence of the last message that came. */
  last: number;
  /** The taking of the last message that was handed on. */
  taking: Promise<void> | undefined;
  lost: boolean;
  failures: number;
};

/** Rejects as soon as the connection is lost or the follow closed: a request under way then is answered by nobody. */
const answered = async <A>({ link, stop }: Flow, request: Promise<A>): Promise<A> => {
  const settled = new AbortController();
  const lost = linkBecomes(link, false, AbortSignal.any([stop, settled.signal])).then(() => Promise.reject(new Error(LINK_LOST)));
  lost.catch(() => undefined);
  try {
    return await Promise.race([request, lost]);
  } finally {
    settled.abort();
    request.catch(() => undefined);
  }
};

const consumerConfig = (flow: Flow, name: string, filters: ReadonlyArray<string>): Partial<ConsumerConfig> => ({
  name,
  ack_policy: AckPolicy.None,
  deliver_policy: DeliverPolicy.StartSequence,
  opt_start_seq: Math.max(flow.last + 1, 1),
  filter_subjects: [...filters],
  inactive_threshold: nanos(FORGOTTEN_AFTER_MS),
  mem_storage: true,
  num_replicas: 1,
});

type Made = { readonly consumer: Consumer; readonly pending: number };

const makeConsumer = async (flow: Flow, filters: ReadonlyArray<string>): Promise<Made> => {
  const { nc, link, stream, wanted } = flow;
  const name = `follow-${randomBytes(12).toString('hex')}`;
  const { consumers } = await flow.manager;
  // Under one name it is one consumer, however often it is asked for.
  const config = consumerConfig(flow, name, filters);
  const { num_pending } = await flow.askAgain(() => consumers.add(stream, config));
  const inbox = createInbox(jetstream(nc).getOptions().watcherPrefix);
  return { consumer: { nc, link, stream, name, inbox, portion: wanted.aside === true ? SMALL : LARGE }, pending: num_pending };
};

/** Left alone it would be forgotten too, in a minute; nobody waits for this. */
const removeConsumer = async (flow: Flow, { name }: Consumer): Promise<void> => {
  if (!flow.link.isUp()) return;
  await (await flow.manager).consumers.delete(flow.stream, name).catch(() => false);
};

/** The consumer to take from next, and up to where it is used. */
const nextStretch = async (flow: Flow): Promise<{ readonly consumer: Consumer; readonly upTo: number }> => {
  // A stream that lost its leader answers nobody for some seconds. Making a consumer may take as long: so something quick is asked first, again and again.
  if (flow.lost && isLeft(await flow.reader.info()())) throw new Error('no answer');
  const { consumer, pending } = await makeConsumer(flow, flow.wanted.filters);
  const ahead = await headStart(flow.reader, flow.wanted.filters, flow.last + 1, pending);
  if (ahead === undefined) return { consumer, upTo: Infinity };
  void removeConsumer(flow, consumer);
  return { consumer: (await makeConsumer(flow, ahead.filters)).consumer, upTo: ahead.upTo };
};

/** Every message once: one that came before is passed over. */
const takeOnce = (flow: Flow, message: LogMessage): void | Promise<void> => {
  if (message.seq <= flow.last) return;
  flow.last = message.seq;
  if (!flow.isWanted(message.subject)) return;
  const taking = flow.wanted.onMessage(message);
  if (!taking) return;
  flow.taking = taking;
  return taking;
};

const resumed = (flow: Flow): void => {
  if (!flow.lost) return;
  flow.lost = false;
  flow.wanted.onResumed?.();
};

/** The life of one consumer. Resolves with what ended it; with nothing if it brought what it was made for. */
const once = async (flow: Flow): Promise<string | undefined> => {
  const { consumer, upTo } = await answered(flow, nextStretch(flow));
  const began = performance.now();
  resumed(flow);
  const reached = new AbortController();
  const take: Take = (message) => {
    const taking = takeOnce(flow, message);
    if (message.seq >= upTo) reached.abort();
    return taking;
  };
  // If the message it should reach was taken away in between, silence is the end too.
  const idle = (): void => (upTo < Infinity ? reached.abort() : undefined);
  const why = await takeFrom(consumer, take, AbortSignal.any([flow.stop, reached.signal]), idle);
  if (performance.now() - began > HEALTHY_MS) flow.failures = 0;
  void removeConsumer(flow, consumer);
  return reached.signal.aborted ? undefined : why;
};

/** Twice as long after each failure, and never the same for two processes that lost the same server. */
const pause = (flow: Flow): Promise<void> => {
  const longest = Math.min(PAUSE_MS_MIN * 2 ** Math.min(flow.failures, 10), PAUSE_MS_MAX);
  flow.failures += 1;
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      flow.stop.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, randomInt(longest) + 1);
    flow.stop.addEventListener('abort', done);
  });
};

const reportLoss = (flow: Flow, why: string): void => {
  if (flow.lost || flow.stop.aborted) return;
  flow.lost = true;
  flow.wanted.onLost?.(why);
};

const keepFollowing = async (flow: Flow): Promise<void> => {
  while (!flow.stop.aborted) {
    const why = await once(flow).catch((error: unknown) => (error instanceof Error ? error.message : 'no answer'));
    if (why !== undefined) reportLoss(flow, why);
    // The next consumer's first message must not overtake this one.
    await flow.taking?.catch(() => undefined);
    if (why === undefined) continue;
    if (flow.link.isUp()) await pause(flow);
    else await linkBecomes(flow.link, true, flow.stop);
  }
};

/**
 * Follows the stream until closed. `onResumed` is called before the first message after a loss; `close` may be called from
 * within `onMessage`, and no message is handed on after it.
 */
export const follower = (nc: NatsConnection, link: Link, of: Stream): Log['follow'] => {
  const fixed = { nc, link, stream: of.stream, reader: jetstreamReader(nc, of), manager: managerOf(nc), askAgain: makeAskAgain() };
  return async (wanted) => {
    const stop = new AbortController();
    const state = { last: wanted.from - 1, taking: undefined, lost: false, failures: 0 };
    void keepFollowing({ ...fixed, ...state, wanted, isWanted: covers(wanted.filters), stop: stop.signal });
    return { close: async () => stop.abort() };
  };
};
