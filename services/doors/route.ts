/** What a subject asks for. */
import type { Subjects } from '../../events/subjects.ts';
import { keptQueries } from '../../protocol/operations.ts';
import type { ReplicaId } from '../../events/vocabulary.ts';

export type Route = {
  readonly operation: 'register' | 'get' | 'watch' | 'report' | 'namespace' | 'admin';
  /** For a service's own subject, whose. */
  readonly service: string | null;
  /** The subject that the request was made for. */
  readonly subject: string;
  /** Another replica has handed it on. */
  readonly isRelayed: boolean;
};

/** Where replicas hand on to this one what only it can do. */
export const relayedTo = (subjects: Subjects, replica: ReplicaId): ReadonlyArray<string> => keptQueries.map((operation) => subjects.replica(replica, operation));

/** @param replica the one that is asked */
export const makeRoute = (subjects: Subjects, replica: ReplicaId): ((subject: string) => Route | undefined) => {
  const { get, register, report, watch } = subjects;
  const open = ([['get', get], ['watch', watch], ['register', register], ['report', report]] as const).map(([operation, all]) => ({ operation, all, own: `${all}.` }));
  const ofAdmins = subjects.admin('');
  const relayed = new Map(keptQueries.map((operation) => [subjects.replica(replica, operation), subjects.admin(operation)]));
  return (subject) => {
    const direct = (operation: Route['operation'], service: string | null = null): Route => ({ operation, service, subject, isRelayed: false });
    for (const { operation, all, own } of open) {
      if (subject.startsWith(own)) return direct(operation, subject.slice(own.length));
      if (subject === all) return direct(operation);
    }
    if (subject === subjects.namespace) return direct('namespace');
    if (subject.startsWith(ofAdmins)) return direct('admin');
    const kept = relayed.get(subject);
    return kept === undefined ? undefined : { operation: 'admin', service: null, subject: kept, isRelayed: true };
  };
};
