/** How the stream and the buckets must be, and what differs from that. */
import { DiscardPolicy, RetentionPolicy, StorageType, StoreCompression } from '@nats-io/jetstream';
import type { StreamConfig } from '@nats-io/jetstream';
import type { Subjects } from '../../events/subjects.ts';

export const BUCKETS = ['keys', 'catalog', 'services', 'access', 'inbox', 'usage', 'rollout', 'audit', 'checkpoints'] as const;

/** The stream that holds a bucket. */
export const bucketStream = (bucket: string): string => `KV_${bucket}`;

export type Replicas = 1 | 3;
type Wanted = Partial<StreamConfig> & { readonly name: string };

const COMMON = {
  retention: RetentionPolicy.Limits,
  storage: StorageType.File,
  discard: DiscardPolicy.New,
  deny_delete: true,
  // Every read is answered by the leader: a replica that is behind would show what is not so any more.
  allow_direct: false,
  compression: StoreCompression.None,
} as const;

/** The log: it keeps everything, and nobody can take anything out of it. */
export const logConfig = (subjects: Subjects, replicas: Replicas): Wanted => ({
  ...COMMON,
  name: subjects.stream,
  subjects: [subjects.all],
  deny_purge: true,
  allow_rollup_hdrs: false,
  num_replicas: replicas,
});

/** A bucket of NATS KV that keeps one value of each key. */
export const bucketConfig = (bucket: string, replicas: Replicas): Wanted => ({
  ...COMMON,
  name: bucketStream(bucket),
  subjects: [`$KV.${bucket}.>`],
  // A value that was destroyed leaves no older one behind.
  allow_rollup_hdrs: true,
  max_msgs_per_subject: 1,
  num_replicas: replicas,
});

export const wantedConfigs = (subjects: Subjects, replicas: Replicas): ReadonlyArray<Wanted> => [
  logConfig(subjects, replicas),
  ...BUCKETS.map((bucket) => bucketConfig(subjects.bucket(bucket), replicas)),
];

/** What a server may be told that would lose, hide or change messages, and what it says where it was not told: nothing. */
const UNTOUCHED = {
  max_age: 0,
  max_msgs_per_subject: -1,
  max_msg_size: -1,
  mirror: undefined,
  sources: undefined,
  subject_transform: undefined,
  republish: undefined,
  sealed: false,
  no_ack: false,
  allow_msg_ttl: false,
  allow_msg_schedules: false,
  allow_msg_counter: false,
  persist_mode: undefined,
} as const;

export type Difference = {
  /** Name of the stream; of a bucket `KV_` and its name. */
  readonly stream: string;
  readonly field: string;
  readonly found: string;
  readonly wanted: string;
  readonly mend: string;
};

/** As flags of `nats stream edit`, for what can be changed while it is in use. */
const FLAGS: Readonly<Record<string, string>> = {
  subjects: 'subjects',
  discard: 'discard',
  deny_delete: 'deny-delete',
  deny_purge: 'deny-purge',
  allow_rollup_hdrs: 'allow-rollup',
  allow_direct: 'allow-direct',
  compression: 'compression',
  num_replicas: 'replicas',
  max_age: 'max-age',
  max_msgs_per_subject: 'max-msgs-per-subject',
  max_msg_size: 'max-msg-size',
};

const flag = (field: string, wanted: unknown): string | undefined => {
  const name = FLAGS[field];
  if (name === undefined) return undefined;
  if (typeof wanted === 'boolean') return wanted ? `--${name}` : `--no-${name}`;
  return `--${name}=${Array.isArray(wanted) ? wanted.join(',') : String(wanted)}`;
};

const mendOf = (stream: string, field: string, wanted: unknown): string => {
  const edit = flag(field, wanted);
  return edit === undefined
    ? `this cannot be changed in place: back up ${stream} and restore it into one that jetlock made`
    : `as the provisioner: nats stream edit ${stream} ${edit}`;
};

const shown = (value: unknown): string => (value === undefined ? 'not set' : JSON.stringify(value));

/** A field that is left out is one that is off. */
const OFF: ReadonlySet<unknown> = new Set([undefined, false, 0, '']);
const same = (found: unknown, wanted: unknown): boolean =>
  (OFF.has(found) && OFF.has(wanted)) || JSON.stringify(found) === JSON.stringify(wanted);

/** Every field of a stream that is not as it must be, in the words of the server. */
export const differences = (found: Partial<StreamConfig>, wanted: Wanted): ReadonlyArray<Difference> => {
  const has = new Map<string, unknown>(Object.entries(found));
  return Object.entries({ ...UNTOUCHED, ...wanted })
    .filter(([field, value]) => !same(has.get(field), value))
    .map(([field, value]) => ({
      stream: wanted.name,
      field,
      found: shown(has.get(field)),
      wanted: shown(value),
      mend: mendOf(wanted.name, field, value),
    }));
};
