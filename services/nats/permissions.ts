/** What each NATS user may do: from here, and from nowhere else. Everything that is not listed is denied. */
import type { Subjects } from '../../events/subjects.ts';
import { ServiceName } from '../../events/vocabulary.ts';
import { keptQueries } from '../../protocol/operations.ts';
import { QUEUE } from './door.ts';
import { anyKnown, requestsFrom, requestsOf } from './requests.ts';
import { BUCKETS, bucketStream } from './stream-config.ts';

/**
 * `service` is Jetlock itself; `provisioner` makes the stream and the buckets, and may change them; `requester` is one program,
 * which cannot pass for another; `admin` is a person; `auditor` reads the log; `client` is all programs and people of a
 * development machine in one.
 */
export type NatsUser =
  /** `nkey`: the public key of the user, `U…`. */
  | { readonly role: 'service' | 'provisioner' | 'admin' | 'auditor' | 'client'; readonly nkey: string }
  | { readonly role: 'requester'; readonly name: ServiceName; readonly nkey: string };

export type Permissions = {
  readonly publish: ReadonlyArray<string>;
  /** A subject, or a subject and a queue group, with a space between: then only as a member of that group. */
  readonly subscribe: ReadonlyArray<string>;
  /** May answer each request once, within this time, wherever the requester wants the answer. */
  readonly answersWithin?: string;
};

type Keyless<U> = U extends unknown ? Omit<U, 'nkey'> : never;
/** A user, whatever its key is. */
export type Who = Keyless<NatsUser>;

/** Names of services are in lower case, so no service is ever given the replies of one of these. */
const OWN_INBOX = { service: '_INBOX_JETLOCK', provisioner: '_INBOX_PROVISIONER', auditor: '_INBOX_AUDITOR' } as const;

/** What a connection of this user must be made with (`inboxPrefix`): it gets its replies nowhere else. */
export const inboxPrefixOf = (user: Who): string => {
  if (user.role === 'requester') return `_INBOX_${user.name}`;
  const { role } = user;
  return role === 'admin' || role === 'client' ? '_INBOX' : OWN_INBOX[role];
};

/** Whose inbox prefix that is; of `_INBOX` that cannot be told. */
export const userOf = (prefix: string): Who | undefined => {
  const own = (['service', 'provisioner', 'auditor'] as const).find((role) => OWN_INBOX[role] === prefix);
  if (own !== undefined) return { role: own };
  const name = prefix.startsWith('_INBOX_') ? prefix.slice('_INBOX_'.length) : '';
  return ServiceName.is(name) ? { role: 'requester', name } : undefined;
};

const inbox = (user: Who): string => `${inboxPrefixOf(user)}.>`;

const streams = (subjects: Subjects): ReadonlyArray<string> => [subjects.stream, ...BUCKETS.map((bucket) => bucketStream(subjects.bucket(bucket)))];

const reads = (stream: string): ReadonlyArray<string> => [`$JS.API.STREAM.INFO.${stream}`, `$JS.API.STREAM.MSG.GET.${stream}`];

/** With several filters the client asks on the short form of CREATE. */
const consumes = (stream: string): ReadonlyArray<string> => [
  `$JS.API.CONSUMER.CREATE.${stream}`,
  `$JS.API.CONSUMER.CREATE.${stream}.>`,
  `$JS.API.CONSUMER.INFO.${stream}.*`,
  `$JS.API.CONSUMER.DELETE.${stream}.*`,
  `$JS.API.CONSUMER.MSG.NEXT.${stream}.*`,
];

/** What a user may do the server tells that user alone. */
const WHO_AM_I = '$SYS.REQ.USER.INFO';

/** The log and the buckets, as they are. */
const works = (subjects: Subjects): ReadonlyArray<string> => [
  subjects.all,
  `${subjects.prefix}.notify.*`,
  ...BUCKETS.map((bucket) => `$KV.${subjects.bucket(bucket)}.>`),
  ...streams(subjects).flatMap((stream) => [...reads(stream), ...consumes(stream)]),
  '$JS.FC.>',
];

/** What one replica hands on to another. */
const relayed = ({ prefix }: Subjects): ReadonlyArray<string> => keptQueries.map((operation) => `${prefix}.replica.*.${operation}`);

const service = (subjects: Subjects): Permissions => ({
  publish: [...works(subjects), ...relayed(subjects), WHO_AM_I],
  // Only in the queue group: nobody listens to all requests, not even with the service's key.
  subscribe: [
    ...[...requestsOf(subjects), anyKnown(subjects)].map((subject) => `${subject} ${QUEUE}`),
    ...relayed(subjects),
    inbox({ role: 'service' }),
  ],
  // A command has ten seconds, what must follow it five, and it may have waited two to be let in; what takes longer is not waited for.
  answersWithin: '20s',
});

const changes = (stream: string): ReadonlyArray<string> => ['CREATE', 'UPDATE', 'PURGE', 'INFO'].map((verb) => `$JS.API.STREAM.${verb}.${stream}`);

/** Snapshots out of a stream and into one, with the subjects on which the server takes their parts. */
const copies = (stream: string): ReadonlyArray<string> => [
  `$JS.API.STREAM.SNAPSHOT.${stream}`,
  `$JS.API.STREAM.RESTORE.${stream}`,
  `$JS.SNAPSHOT.ACK.${stream}.>`,
  `$JS.SNAPSHOT.RESTORE.${stream}.*`,
];

/** Also writes the first event and the first keys, since `jetlock init` is one command; and makes backups and restores them. */
const provisioner = (subjects: Subjects): Permissions => ({
  publish: [
    ...works(subjects),
    ...streams(subjects).flatMap(changes),
    ...[subjects.stream, bucketStream(subjects.bucket('keys'))].flatMap(copies),
  ],
  subscribe: [inbox({ role: 'provisioner' })],
});

const requester = (subjects: Subjects, name: ServiceName): Permissions => ({
  publish: [...requestsFrom(subjects, name), anyKnown(subjects)],
  subscribe: [inbox({ role: 'requester', name }), subjects.notify(name)],
});

const admin = (subjects: Subjects): Permissions => ({ publish: [subjects.keys, subjects.admin('>')], subscribe: [inbox({ role: 'admin' })] });

/** What `audit log` and `doctor` look at. No consumers: with the right to make one, somebody else's subscription could be fed with stored messages. */
const auditor = (subjects: Subjects): Permissions => ({
  publish: [...reads(subjects.stream), ...streams(subjects).map((stream) => `$JS.API.STREAM.INFO.${stream}`), subjects.keys, WHO_AM_I],
  subscribe: [inbox({ role: 'auditor' })],
});

const client = (subjects: Subjects): Permissions => ({
  publish: [...requestsOf(subjects), anyKnown(subjects)],
  subscribe: [inbox({ role: 'client' }), `${subjects.prefix}.notify.*`],
});

/** What a user may do. */
export const permissionsOf = (subjects: Subjects, user: Who): Permissions =>
  user.role === 'requester' ? requester(subjects, user.name) : { service, provisioner, admin, auditor, client }[user.role](subjects);

const entry = (subjects: Subjects, user: NatsUser): string => {
  const { publish, subscribe, answersWithin } = permissionsOf(subjects, user);
  const answers = answersWithin === undefined ? {} : { allow_responses: { max: 1, expires: answersWithin } };
  const permissions = { publish: { allow: publish }, subscribe: { allow: subscribe }, ...answers };
  const title = user.role === 'requester' ? `requester ${user.name}` : user.role;
  return `    # ${title}, connects with the inbox prefix ${inboxPrefixOf(user)}\n    ${JSON.stringify({ nkey: user.nkey, permissions })}\n`;
};

/** The part of a nats-server's configuration that names these users and says what they may do. */
export const natsConfig = ({ subjects, users }: { readonly subjects: Subjects; readonly users: ReadonlyArray<NatsUser> }): string =>
  `authorization {\n  users = [\n${users.map((user) => entry(subjects, user)).join('')}  ]\n}\n`;
