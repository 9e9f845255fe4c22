/**
 * Each service with an approved credential has a subject of its own, which is told to it under seal, and which nobody else can guess;
 * whoever was told of it knows it until a credential of that service is revoked.
 * Whoever floods what everyone may ask on stands before nobody there. A service that sends more there than it may is not listened to
 * for a while, so that nats-server drops it, and asks where everyone does.
 */
import { knownToken } from '../../crypto/known.ts';
import type { Folded } from '../../events/fold/verdict.ts';
import type { ServiceName } from '../../events/vocabulary.ts';
import { currentKey } from '../../events/world.ts';
import type { Replica } from '../log/replica.ts';
import { makeAllowance, monotonic } from '../request/rate-limit.ts';

type Listener = (subject: string, isHeard: boolean) => void;

export type Known = {
  /** Where that service may ask, if it is listened to there. */
  readonly subjectOf: (service: ServiceName) => string | undefined;
  /** One that came there was turned away. */
  readonly turnedAway: (subject: string) => void;
  /** Calls back with every subject that is listened to, now and from now on, and with every one that is not any more. */
  readonly onChange: (listener: Listener) => void;
};

/** Who has that many turned away does not wait for answers. */
export const TURNED_AWAY = { perSecond: 500, atOnce: 2_000 } as const;
export const SILENT_MS = 10_000;

const credentialsOf = ({ fold: { world } }: Replica, service: ServiceName) => [...(world.services.get(service)?.values() ?? [])];

const isApproved = (replica: Replica, service: ServiceName): boolean => credentialsOf(replica, service).some(({ status }) => status === 'approved');

/** A credential that was revoked stays so: what is made of this never comes again. */
const lastRevoked = (replica: Replica, service: ServiceName): number =>
  Math.max(0, ...credentialsOf(replica, service).map(({ status, seq }) => (status === 'revoked' ? seq : 0)));

const tokenOf = (replica: Replica, service: ServiceName) => {
  const { fold, keyring } = replica;
  const log = currentKey(fold.world, 'log');
  const key = log === undefined ? undefined : keyring.opened(log.id);
  return key === undefined ? undefined : knownToken(key, service, lastRevoked(replica, service));
};

/** Which services are listened to, and where; nobody before there is somebody who listens. */
const makeHeard = () => {
  const subjects = new Map<ServiceName, string>();
  const services = new Map<string, ServiceName>();
  let tell: Listener | undefined;
  return {
    subjectOf: (service: ServiceName) => subjects.get(service),
    serviceOf: (subject: string) => services.get(subject),
    listen: (listener: Listener): void => {
      tell = listener;
    },
    become: (service: ServiceName, subject: string | undefined): void => {
      const before = subjects.get(service);
      if (before === subject || tell === undefined) return;
      if (before !== undefined) {
        subjects.delete(service);
        services.delete(before);
        tell(before, false);
      }
      if (subject === undefined) return;
      subjects.set(service, subject);
      services.set(subject, service);
      tell(subject, true);
    },
  };
};

export const makeKnown = (replica: Replica, now: () => number = monotonic): Known => {
  const { fold, subjects, keyring } = replica;
  const heard = makeHeard();
  const silent = new Set<ServiceName>();
  const mayBeMore = makeAllowance(TURNED_AWAY, now);

  const look = (service: ServiceName): void => {
    const token = !silent.has(service) && isApproved(replica, service) ? tokenOf(replica, service) : undefined;
    heard.become(service, token === undefined ? undefined : subjects.known(token));
  };
  const lookAtAll = (): void => {
    for (const service of fold.world.services.keys()) look(service);
  };
  const silence = (service: ServiceName): void => {
    silent.add(service);
    look(service);
    const end = (): void => {
      silent.delete(service);
      look(service);
    };
    setTimeout(end, SILENT_MS).unref();
  };
  replica.onFolded(({ verdict }: Folded) => {
    if (verdict._tag !== 'state') return;
    for (const event of verdict.record.events) {
      if (event.type === 'CredentialApproved' || event.type === 'CredentialRevoked') look(event.service);
      if (event.type === 'KeyAdded' && event.key.purpose === 'log') void keyring.open(event.key.id).then(lookAtAll);
    }
  });
  return {
    subjectOf: heard.subjectOf,
    turnedAway: (subject) => {
      const service = heard.serviceOf(subject);
      if (service !== undefined && !mayBeMore.use(service)) silence(service);
    },
    onChange: (listener) => {
      heard.listen(listener);
      lookAtAll();
    },
  };
};
