/**
 * Following a stream for as long as the process lives. The client's ordered consumer stands still for up to 45 seconds after
 * the server was restarted, so this makes consumers of its own, and a new one after every kind of loss.
 */
import { randomBytes, randomInt } from 'node:crypto';
import { AckPolicy, DeliverPolicy, jetstream } from '@nats-io/jetstream';
import type { ConsumerConfig, JetStreamManager } from '@nats-io/jetstream';
import { createInbox, nanos } from 'nats';
import type { NatsConnection } from 'nats';
import { linkBecomes } from './jetstream-link.ts';
import type { Link } from './jetstream-link.ts';
import { takeFrom } from './jetstream-pull.ts';
import type { Consumer, Take } from './jetstream-pull.ts';
import { managerOf } from './jetstream-reader.ts';
import type { Stream } from './jetstream-reader.ts';
import type { Follow, Log } from './log.ts';

const FORGOTTEN_AFTER_MS = 60_000;
const PAUSE_MS_MIN = 25;
const PAUSE_MS_MAX = 2_000;
/** A consumer that lived this long was whole: what ended it is a new trouble, not the old one. */
const HEALTHY_MS = 5_000;

type Flow = {
  readonly nc: NatsConnection;
  readonly link: Link;
  readonly stream: string;
  readonly manager: Promise<JetStreamManager>;
  readonly wanted: Follow;
  readonly stop: AbortSignal;
  /** Sequence of the last message that was handed on. */
  last: number;
  /** The taking of that message. */
  taking: Promise<void> | undefined;
  lost: boolean;
  failures: number;
};

const consumerConfig = (flow: Flow, name: string): Partial<ConsumerConfig> => ({
  name,
  ack_policy: AckPolicy.None,
  deliver_policy: DeliverPolicy.StartSequence,
  opt_start_seq: Math.max(flow.last + 1, 1),
  filter_subjects: [...flow.wanted.filters],
  inactive_threshold: nanos(FORGOTTEN_AFTER_MS),
  mem_storage: true,
  num_replicas: 1,
});

/** Rejects as soon as the connection is lost or the follow closed: a request under way then is answered by nobody. */
const makeConsumer = async (flow: Flow): Promise<Consumer> => {
  const { nc, link, stream } = flow;
  const settled = new AbortController();
  const name = `follow-${randomBytes(12).toString('hex')}`;
  const made = (await flow.manager).consumers.add(stream, consumerConfig(flow, name));
  const lost = linkBecomes(link, false, AbortSignal.any([flow.stop, settled.signal])).then(() => Promise.reject(new Error('the connection to nats was lost')));
  try {
    await Promise.race([made, lost]);
  } finally {
    settled.abort();
    lost.catch(() => undefined);
    made.catch(() => undefined);
  }
  return { nc, link, stream, name, inbox: createInbox(jetstream(nc).getOptions().watcherPrefix) };
};

/** Left alone it would be forgotten too, in a minute; nobody waits for this. */
const removeConsumer = async (flow: Flow, { name }: Consumer): Promise<void> => {
  if (!flow.link.isUp()) return;
  await (await flow.manager).consumers.delete(flow.stream, name).catch(() => false);
};

/** Every message once: one that was handed on before is passed over, and none is after the follow was closed. */
const takeOnce =
  (flow: Flow): Take =>
  (message) => {
    if (message.seq <= flow.last || flow.stop.aborted) return;
    flow.last = message.seq;
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

/** The life of one consumer. Resolves with what ended it. */
const once = async (flow: Flow): Promise<string> => {
  const consumer = await makeConsumer(flow);
  const began = performance.now();
  resumed(flow);
  const why = await takeFrom(consumer, takeOnce(flow), flow.stop);
  if (performance.now() - began > HEALTHY_MS) flow.failures = 0;
  void removeConsumer(flow, consumer);
  return why;
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
    reportLoss(flow, await once(flow).catch((error: unknown) => (error instanceof Error ? error.message : 'no answer')));
    // The next consumer's first message must not overtake this one.
    await flow.taking?.catch(() => undefined);
    if (flow.link.isUp()) await pause(flow);
    else await linkBecomes(flow.link, true, flow.stop);
  }
};

/**
 * Follows the stream until closed. `onResumed` is called before the first message after a loss; `close` may be called from
 * within `onMessage`, and no message is handed on after it.
 */
export const follower = (nc: NatsConnection, link: Link, { stream }: Stream): Log['follow'] => {
  const manager = managerOf(nc);
  return async (wanted) => {
    const stop = new AbortController();
    const flow: Flow = { nc, link, stream, manager, wanted, stop: stop.signal, last: wanted.from - 1, taking: undefined, lost: false, failures: 0 };
    void keepFollowing(flow);
    return { close: async () => stop.abort() };
  };
};
