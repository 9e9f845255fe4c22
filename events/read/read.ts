/** Reads: the attempt is stored, its outcome is decided at its own place in the log, by everyone alike. */
import * as t from 'io-ts';
import { orNull } from '../codec.ts';
import { ClientInfo, Count, Fingerprint, Id, Instant, Namespace, SecretPath, ServiceName, Word } from '../vocabulary.ts';

/** One request for one or many paths, by a credential that the door has authenticated. */
export const ReadAttempt = t.strict(
  {
    id: Id,
    service: ServiceName,
    credential: Fingerprint,
    paths: t.readonlyArray(SecretPath),
    /** The values are wanted also for when nobody can be asked. */
    offline: t.boolean,
    at: Instant,
    client: ClientInfo,
  },
  'ReadAttempt',
);
export type ReadAttempt = t.TypeOf<typeof ReadAttempt>;

/**
 * All that stands directly in a namespace, by an access key that the door has authenticated. One entry, however many secrets
 * there are. `after`: the path behind which it goes on, where not all of it fits into one reply.
 */
export const NamespaceRead = t.strict(
  { id: Id, namespace: Namespace, key: Id, after: orNull(SecretPath), at: Instant, client: ClientInfo },
  'NamespaceRead',
);
export type NamespaceRead = t.TypeOf<typeof NamespaceRead>;

/** Requests that were refused before any path was looked at, summed up: a flood of them must not become a flood of records. */
export const RefusalCount = t.strict(
  { code: Word, service: orNull(ServiceName), credential: orNull(Fingerprint), count: Count, since: Instant },
  'RefusalCount',
);
export type RefusalCount = t.TypeOf<typeof RefusalCount>;
