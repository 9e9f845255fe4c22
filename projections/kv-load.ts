/**
 * Many entries of a bucket at once: a consumer brings the last message of each key, and then what comes after. It may read from a
 * replica that is behind the leader, so the leader is asked first for the last message that there is: nothing is answered before
 * that one, or a later one, has come and no more is left. Then every entry that was acknowledged before the question is among
 * them, also one that was written again while they came. That needs the rights to `$JS.API.STREAM.MSG.GET` and
 * `$JS.API.CONSUMER.*` of the bucket.
 */
import { randomBytes } from 'node:crypto';
import { AckPolicy, DeliverPolicy, jetstream, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { createInbox, nanos, type Msg, type NatsConnection } from 'nats';
import type { Link } from '../events/log/jetstream-link.ts';
import { LARGE, takeFrom, type Consumer } from '../events/log/jetstream-pull.ts';
import type { Slot } from './view-store.ts';

const FORGOTTEN_AFTER_MS = 30_000;
const DELETIONS: ReadonlyArray<string> = ['DEL', 'PURGE'];

export type Loading = {
  readonly nc: NatsConnection;
  readonly link: Link;
  /** Name of the bucket's stream. */
  readonly stream: string;
  /** Subjects of the entries that are wanted, as `$KV.bucket.>`. */
  readonly filter: string;
  readonly limitMs: number;
};

const lastOn = async (jsm: JetStreamManager, { stream, filter }: Loading): Promise<number> =>
  (await jsm.streams.getMessage(stream, { last_by_subj: filter }))?.seq ?? 0;

const consumerFor = async (jsm: JetStreamManager, { nc, link, stream, filter }: Loading): Promise<Consumer> => {
  const name = `load-${randomBytes(12).toString('hex')}`;
  await jsm.consumers.add(stream, {
    name,
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.LastPerSubject,
    filter_subject: filter,
    inactive_threshold: nanos(FORGOTTEN_AFTER_MS),
    mem_storage: true,
    num_replicas: 1,
  });
  return { nc, link, stream, name, inbox: createInbox(jetstream(nc).getOptions().watcherPrefix), portion: LARGE };
};

const decoder = new TextDecoder();

const slotOf = ({ headers, data }: Msg, revision: number): Slot => ({
  value: DELETIONS.includes(headers?.get('KV-Operation') ?? '') ? null : decoder.decode(data),
  revision,
});

/**
 * What stands under each subject, also what was deleted; again where it was changed meanwhile. Rejects if it does not come within the
 * limit.
 */
export const loadEach = async (loading: Loading, take: (subject: string, slot: Slot) => void): Promise<void> => {
  const jsm = await jetstreamManager(loading.nc, { checkAPI: false });
  const last = await lastOn(jsm, loading);
  if (last === 0) return;
  const consumer = await consumerFor(jsm, loading);
  const stop = new AbortController();
  // Not `AbortSignal.timeout` as one of several signals: if nobody else holds on to it, it is collected and never comes.
  const timer = setTimeout(() => stop.abort(), loading.limitMs);
  let [seen, isComplete] = [0, false];
  const check = (pending: number): void => {
    if (seen < last || pending > 0) return;
    isComplete = true;
    stop.abort();
  };
  const taking = takeFrom(
    consumer,
    ({ subject, seq }, { msg, pending }) => {
      take(subject, slotOf(msg, seq));
      seen = seq;
      check(pending);
    },
    stop.signal,
    // A count of what is left can be too high where entries were written again: a consumer with nothing to send has no more.
    () => check(0),
  );
  const why = await taking.finally(() => clearTimeout(timer));
  if (loading.link.isUp()) void jsm.consumers.delete(loading.stream, consumer.name).catch(() => false);
  if (!isComplete) throw new Error(why);
};
