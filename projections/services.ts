/** Services with their credentials, in the order of registration. */
import type { Event, EventOf } from '../events/event.ts';
import type { Fingerprint, ServiceName } from '../events/vocabulary.ts';
import { type CredentialView, ServiceView } from '../protocol/views.ts';
import type { Change, EventFact, Projection } from './projection.ts';

type Credentials = ReadonlyArray<CredentialView>;
type To = (credentials: Credentials) => Credentials;

/** One that had expired and comes again keeps its place. */
const registered =
  ({ now, seq }: EventFact, { fingerprint, kind, client }: EventOf<'CredentialRegistered'>): To =>
  (credentials) => {
    const one = { fingerprint, kind, status: 'pending', registeredAt: now, decidedAt: null, decidedBy: null, client, seq } as const;
    const isKnown = credentials.some((other) => other.fingerprint === fingerprint);
    return isKnown ? credentials.map((other) => (other.fingerprint === fingerprint ? one : other)) : [...credentials, one];
  };

const decided =
  ({ now, by, seq }: EventFact, fingerprint: Fingerprint, status: CredentialView['status']): To =>
  (credentials) =>
    credentials.map((one) => (one.fingerprint === fingerprint ? { ...one, status, decidedAt: now, decidedBy: by, seq } : one));

const without =
  (fingerprint: Fingerprint): To =>
  (credentials) =>
    credentials.filter((one) => one.fingerprint !== fingerprint);

const credentialChange = (fact: EventFact, event: Event): readonly [ServiceName, To] | undefined => {
  switch (event.type) {
    case 'CredentialRegistered':
      return [event.service, registered(fact, event)];
    case 'CredentialApproved':
      return [event.service, decided(fact, event.fingerprint, 'approved')];
    case 'CredentialDenied':
      return [event.service, decided(fact, event.fingerprint, 'denied')];
    case 'CredentialRevoked':
      return [event.service, decided(fact, event.fingerprint, 'revoked')];
    case 'CredentialExpired':
      return [event.service, without(event.fingerprint)];
    default:
      return undefined;
  }
};

/** A service is known by its credentials: it goes with the last of them. */
const change = (entries: ReadonlyMap<string, ServiceView>, { seq }: EventFact, service: ServiceName, to: To): Change<ServiceView> => {
  const credentials = to(entries.get(service)?.credentials ?? []);
  return [service, credentials.length === 0 ? undefined : { service, credentials, seq }];
};

export const services: Projection<ServiceView> = {
  name: 'services',
  entry: ServiceView,
  evolve: (entries, fact) => {
    const changed = fact._tag === 'event' ? credentialChange(fact, fact.event) : undefined;
    return fact._tag === 'event' && changed !== undefined ? [change(entries, fact, ...changed)] : [];
  },
};
