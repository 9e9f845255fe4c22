/** Where requests come in. */
import type { Subjects } from '../../events/subjects.ts';

/** What programs ask: each also on a subject with the service's name at its end, so that NATS can tie a connection to it. */
const ofRequesters = ({ register, get, watch, report }: Subjects): ReadonlyArray<string> => [register, get, watch, report];

/** @param name of a service, or `*` for any */
export const requestsFrom = (subjects: Subjects, name: string): ReadonlyArray<string> => [
  subjects.keys,
  subjects.namespace,
  ...ofRequesters(subjects).flatMap((subject) => [subject, `${subject}.${name}`]),
];

export const requestsOf = (subjects: Subjects): ReadonlyArray<string> => [...requestsFrom(subjects, '*'), subjects.admin('>')];

/** The subjects of all services that are known. Whoever may publish to them all still has to be told one. */
export const anyKnown = ({ prefix }: Subjects): string => `${prefix}.known.*`;
