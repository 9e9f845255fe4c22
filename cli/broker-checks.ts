/** What `jetlock doctor` makes of the answers of a nats-server. */
import * as t from 'io-ts';
import * as E from 'fp-ts/lib/Either.js';
import { deniedIn } from '../events/log/denied.ts';
import { coversSubject } from '../events/log/filter.ts';
import type { Subjects } from '../events/subjects.ts';
import { fine, unseen, wrong, type Check } from './check.ts';
import { INBOX_HINT } from './client-failure.ts';

type Difference = { readonly [part in 'stream' | 'field' | 'found' | 'wanted' | 'mend']: string };
type Failed = { readonly why: string; readonly hint: string; readonly about: 'streams' | 'clock'; readonly differences: ReadonlyArray<Difference> };
type Looked = { readonly replicas: number; readonly clockMs: number };

/** With another prefix than its own a NATS user gets no answer to anything: then there is no use in asking for more. */
export const inboxChecks = (inboxPrefix: string, outcome: E.Either<Failed, Looked>): ReadonlyArray<Check> =>
  E.isLeft(outcome) && deniedIn(outcome.left.why) === 'replies'
    ? [wrong('permissions', `NATS does not let this user listen on ${inboxPrefix}.>, where its replies come to`, INBOX_HINT)]
    : [];

/** The stream and its buckets, and the clock, which the server tells with them. */
export const streamChecks = (outcome: E.Either<Failed, Looked>): ReadonlyArray<Check> => {
  if (E.isRight(outcome)) {
    const { replicas, clockMs } = outcome.right;
    return [
      fine('stream and buckets', `all there and as they must be, ${replicas} ${replicas === 1 ? 'replica' : 'replicas'}`),
      fine('clock', clockMs === 0 ? 'that of nats-server is the one here' : `that of nats-server is ${Math.abs(clockMs)} ms ${clockMs > 0 ? 'ahead' : 'behind'}`),
    ];
  }
  const { why, hint, about, differences } = outcome.left;
  if (deniedIn(why) !== undefined) return [unseen('stream and buckets', 'not visible to this NATS user', 'ask as the NATS user of the service')];
  if (differences.length === 0) return [wrong(about === 'clock' ? 'clock' : 'stream and buckets', why, hint)];
  return differences.map(({ stream, field, found, wanted, mend }) => wrong('stream and buckets', `${stream}: ${field} is ${found} and must be ${wanted}`, mend));
};

const Monitored = t.type(
  {
    jetstream: t.intersection([
      t.type({ config: t.partial({ sync_always: t.boolean, max_storage: t.number }) }),
      t.partial({ stats: t.partial({ storage: t.number }) }),
    ]),
  },
  'Varz',
);

const NOT_VISIBLE = unseen('sync_interval', 'not visible from here', 'give --monitoring URL, where nats-server answers /varz');

/** Whether a message is on the disk before it is acknowledged. @param varz what `/varz` answered; undefined if it was not asked */
export const syncCheck = (varz: unknown): Check => {
  if (varz === undefined) return NOT_VISIBLE;
  const decoded = Monitored.decode(varz);
  if (E.isLeft(decoded)) return unseen('sync_interval', 'what answers there is not the monitoring of a nats-server with JetStream', 'check the address given with --monitoring');
  return decoded.right.jetstream.config.sync_always === true
    ? fine('sync_interval', 'always: a message is on the disk before it is acknowledged')
    : wrong('sync_interval', 'a power cut can lose what was acknowledged in the last minutes', 'set sync_interval: always in the jetstream block of nats-server');
};

/** From there on it is time to make room: what no longer fits is refused, reads too, since none is answered without its record. */
const STORAGE_SHARE = 0.8;

/** How much of what JetStream may store is in use. @param varz as in `syncCheck` */
export const storageCheck = (varz: unknown): Check => {
  const decoded = Monitored.decode(varz);
  const { config, stats } = E.isLeft(decoded) ? {} : decoded.right.jetstream;
  const [used, most] = [stats?.storage, config?.max_storage];
  if (used === undefined || most === undefined || most <= 0) return unseen('storage', NOT_VISIBLE.detail, NOT_VISIBLE.mend ?? '');
  const said = `${(used / 1e6).toFixed(1)} MB of the ${(most / 1e6).toFixed(1)} MB that JetStream may store are in use`;
  return used < STORAGE_SHARE * most ? fine('storage', said) : wrong('storage', said, 'make the disk larger and raise max_file_store in the jetstream block; without room nothing is answered');
};

const Rights = t.partial({ allow: t.array(t.string), deny: t.array(t.string) });
const UserInfo = t.type({ data: t.partial({ permissions: t.partial({ publish: Rights }) }) }, 'UserInfo');

/** What destroys the log or makes it over, however well its records are sealed and signed. */
const destructive = ({ stream, bucket }: Subjects): ReadonlyArray<string> =>
  [stream, `KV_${bucket('keys')}`].flatMap((name) => ['DELETE', 'PURGE', 'UPDATE', 'MSG.DELETE'].map((verb) => `$JS.API.STREAM.${verb}.${name}`));

/**
 * Whether the NATS user of this connection may destroy the log. Nothing is tried: the server is asked what the user may do.
 * @param info what `$SYS.REQ.USER.INFO` answered; undefined if it did not
 */
export const permissionCheck = (subjects: Subjects, info: unknown): Check => {
  const decoded = UserInfo.decode(info);
  if (E.isLeft(decoded)) return unseen('permissions', 'not visible to this NATS user', 'compare them with what jetlock nats-config prints');
  const { permissions } = decoded.right.data;
  const { allow, deny = [] } = permissions?.publish ?? {};
  const may = destructive(subjects).filter(
    (subject) => (allow === undefined || allow.some((one) => coversSubject(one, subject))) && !deny.some((one) => coversSubject(one, subject)),
  );
  const [first] = may;
  return first === undefined
    ? fine('permissions', 'this NATS user may not destroy the log')
    : wrong('permissions', `this NATS user may publish on ${first}${may.length > 1 ? ` and ${may.length - 1} more that destroy the log` : ''}`, 'give each NATS user what jetlock nats-config prints');
};
