/** The copies of the log in a cluster, and its size, which `jetlock doctor` wants to know. */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { fine, unseen, wrong, type Check } from './check.ts';

/** `active`: nanoseconds since the leader heard of it. */
const Copy = t.intersection([t.type({ name: t.string, current: t.boolean }), t.partial({ offline: t.boolean, lag: t.number, active: t.number })], 'Copy');
type Copy = t.TypeOf<typeof Copy>;
const Info = t.type(
  {
    state: t.type({ messages: t.number, bytes: t.number }),
    cluster: t.union([t.undefined, t.intersection([t.partial({ leader: t.string }), t.partial({ replicas: t.array(Copy) })])]),
  },
  'StreamInfo',
);

/** Behind by more than that it is not a moment's work any more. */
const LAG_MAX = 1_000;

/** Heartbeats come every second. As offline a copy is told only by the server that leads the whole cluster. */
const SILENT_NS_MAX = 5_000_000_000;

const copyCheck = ({ name, current, offline = false, lag = 0, active = 0 }: Copy): Check => {
  if (offline || active > SILENT_NS_MAX) return wrong('copies', `${name} is down or cut off: one more, and nothing is answered`, `start nats-server on ${name}, then: nats stream info SECRETS`);
  return !current || lag > LAG_MAX
    ? wrong('copies', `${name} is ${lag} messages behind: it does not count as a copy yet`, `look at the disk and the network of ${name}; watch it with: nats stream info SECRETS`)
    : fine('copies', `${name} is up to date`);
};

/** @param info what `$JS.API.STREAM.INFO` answered of the log; undefined if it did not */
export const copiesChecks = (info: unknown): ReadonlyArray<Check> => {
  const decoded = Info.decode(info);
  if (E.isLeft(decoded)) return [unseen('log', 'its size is not visible to this NATS user', 'ask as the auditor')];
  const { state, cluster } = decoded.right;
  const size = fine('log', `${state.messages} messages, ${(state.bytes / 1e6).toFixed(1)} MB`);
  if (cluster?.leader === '') return [size, wrong('copies', 'the log has no leader: nothing can be written', 'start the other nats-servers of the cluster')];
  return [size, ...(cluster?.replicas ?? []).map(copyCheck)];
};
