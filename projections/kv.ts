/**
 * Read models in buckets of NATS KV. Reads go to the leader, since a direct get may come from a replica that is behind; lists see
 * `kv-load.ts`. That needs the rights to `$JS.API.STREAM.INFO` and `$JS.API.STREAM.MSG.GET` of the buckets, and to publish on
 * `$KV.<bucket>.>`.
 */
import { JetStreamApiError } from '@nats-io/jetstream';
import { type KV, type KvEntry, Kvm } from '@nats-io/kv';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { NatsConnection } from 'nats';
import { askUntil } from '../events/log/jetstream-ask.ts';
import { linkOf, type Link } from '../events/log/jetstream-link.ts';
import type { Conflict, Unavailable } from '../events/log/log.ts';
import type { Subjects } from '../events/subjects.ts';
import { loadEach, type Loading } from './kv-load.ts';
import { PROJECTIONS } from './projection.ts';
import type { Bucket, Entry, Slot, ViewStore, Wanted } from './view-store.ts';

const BUCKETS: ReadonlyArray<Bucket> = [...PROJECTIONS, 'checkpoints'];
/** How long a request waits for its connection to be back. */
const LIMIT_MS = 5_000;
/** Another message came first; in a cluster also while it is not stored yet. */
const CONFLICTS = [10071, 10164];

const unavailable = (error: unknown, stored: Unavailable['stored']): Unavailable => ({
  _tag: 'unavailable',
  stored,
  why: error instanceof Error ? error.message : 'no answer',
});

/** Requests that are sent again when the connection was lost under them. */
const over = (link: Link) => ({
  reading: <A>(read: () => Promise<A>): TaskEither<Unavailable, A> =>
    TE.tryCatch(() => askUntil(link, LIMIT_MS, read), (error) => unavailable(error, 'no')),
  /** Of a change that was made already the second one is a conflict, which has everyone look again. */
  writing: <A>(write: () => Promise<A>): TaskEither<Conflict | Unavailable, A> =>
    TE.tryCatch(() => askUntil(link, LIMIT_MS, write), (error) =>
      error instanceof JetStreamApiError && CONFLICTS.includes(error.code) ? { _tag: 'conflict' } : unavailable(error, 'unknown'),
    ),
});

const slotOf = (entry: KvEntry | null): Slot =>
  entry === null ? { value: null, revision: 0 } : { value: entry.operation === 'PUT' ? entry.string() : null, revision: entry.revision };

type Kept = { readonly name: string; readonly kv: KV };

/** Large buckets take a while. */
const LOAD_MS = 60_000;

const load = (over: Pick<Loading, 'nc' | 'link'>, name: string, keys: string, take: (key: string, slot: Slot) => void): Promise<void> => {
  const all = `$KV.${name}.`;
  return loadEach({ ...over, stream: `KV_${name}`, filter: `${all}${keys}`, limitMs: LOAD_MS }, (subject, slot) => take(subject.slice(all.length), slot));
};

const entriesOf = async (over: Pick<Loading, 'nc' | 'link'>, name: string, { keys = '>', where = () => true }: Wanted): Promise<ReadonlyArray<Entry>> => {
  const found = new Map<string, Slot>();
  await load(over, name, keys, (key, slot) => found.set(key, slot));
  return [...found]
    .flatMap(([key, { value, revision }]) => (value === null ? [] : [{ key, value, revision }]))
    .filter(({ key }) => where(key))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
};

/** The store over one connection. The buckets must be there, with a history of one: they are not looked for here. */
export const kvStore = async (nc: NatsConnection, subjects: Subjects): Promise<ViewStore> => {
  const kvm = new Kvm(nc);
  const opened = new Map<Bucket, Kept>();
  for (const bucket of BUCKETS) {
    const name = subjects.bucket(bucket);
    opened.set(bucket, { name, kv: await kvm.open(name, { allow_direct: false }) });
  }
  const kept = (bucket: Bucket): Kept => opened.get(bucket) as Kept;
  const link = linkOf(nc);
  const { reading, writing } = over(link);
  return {
    get: (bucket, key) => reading(async () => slotOf(await kept(bucket).kv.get(key))),
    put: (bucket, key, value, revision) => writing(() => kept(bucket).kv.put(key, value, { previousSeq: revision })),
    // Not a purge: with one message a key the marker replaces the value too, and it needs no right to roll up.
    delete: (bucket, key, revision) =>
      // The client takes 0 for "whatever is there".
      revision < 1 ? TE.left({ _tag: 'conflict' }) : writing(() => kept(bucket).kv.delete(key, { previousSeq: revision })),
    entries: (bucket, wanted = {}) => reading(() => entriesOf({ nc, link }, kept(bucket).name, wanted)),
    each: (bucket, begin) => reading(() => load({ nc, link }, kept(bucket).name, '>', begin())),
  };
};
