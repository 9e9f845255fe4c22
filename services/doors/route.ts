/** What a subject asks for. */
import type { Subjects } from '../../events/subjects.ts';
import { keptQueries, type KeptQuery } from '../../protocol/operations.ts';
import type { ReplicaId } from '../../events/vocabulary.ts';

export type Route = {
  readonly operation: 'register' | 'get' | 'admin';
  /** For a service's own subject, whose. */
  readonly service: string | null;
  /** The subject that the request was made for. */
  readonly subject: string;
  /** Another replica has handed it on. */
  readonly isRelayed: boolean;
};

/** Where replicas hand on to this one what only it can do. */
export const relayedTo = (subjects: Subjects, replica: ReplicaId): ReadonlyArray<string> => keptQueries.map((operation) => subjects.replica(replica, operation));

const relayed = (subjects: Subjects, replica: ReplicaId, subject: string): KeptQuery | undefined =>
  keptQueries.find((operation) => subject === subjects.replica(replica, operation));

/** @param replica the one that was asked */
export const route = (subjects: Subjects, replica: ReplicaId, subject: string): Route | undefined => {
  const direct = { service: null, subject, isRelayed: false };
  for (const operation of ['register', 'get'] as const) {
    if (subject === subjects[operation]) return { ...direct, operation };
    if (subject.startsWith(`${subjects[operation]}.`)) return { ...direct, operation, service: subject.slice(subjects[operation].length + 1) };
  }
  if (subject.startsWith(subjects.admin(''))) return { ...direct, operation: 'admin' };
  const kept = relayed(subjects, replica, subject);
  return kept === undefined ? undefined : { operation: 'admin', service: null, subject: subjects.admin(kept), isRelayed: true };
};
