/** The ports of the service, on one connection to NATS. */
import { isLeft, right, type Either } from 'fp-ts/lib/Either.js';
import type { NatsConnection } from 'nats';
import { jetstreamLog } from '../../events/log/jetstream.ts';
import { linkOf } from '../../events/log/jetstream-link.ts';
import { requestsOn } from '../../events/log/jetstream-requests.ts';
import type { Subjects } from '../../events/subjects.ts';
import { kvStore } from '../../projections/kv.ts';
import type { Broker } from '../broker.ts';
import type { Failure } from '../failure.ts';
import { openKeyStore } from '../keyring/key-store.ts';
import { openNatsDoor } from './door.ts';

/**
 * The stream and the buckets must be there already: see `provision`.
 * @param requests the connection that requests come by. One of its own in production: NATS delivers what is for one connection
 * in order, so a flood of requests would stand before everything that the log has to say.
 * @param known the connection that requests of services come by that are known: for the same reason
 */
export const natsBroker = async (nc: NatsConnection, subjects: Subjects, requests = nc, known = requests): Promise<Either<Failure, Broker>> => {
  const keyStore = await openKeyStore(nc, subjects.bucket('keys'));
  if (isLeft(keyStore)) return keyStore;
  const ask = requestsOn(requests, linkOf(requests));
  return right({
    log: jetstreamLog(nc, { stream: subjects.stream }),
    keyStore: keyStore.right,
    views: await kvStore(nc, subjects),
    publish: (subject, data) => {
      if (!nc.isClosed()) nc.publish(subject, data);
    },
    ask: async (subject, data, timeoutMs) => {
      const answer = await ask(subject, data, timeoutMs);
      return isLeft(answer) ? undefined : answer.right.data;
    },
    serve: (admission, replica, subjectsOfKnown) => openNatsDoor({ requests, known }, { subjects, replica }, admission, subjectsOfKnown),
  });
};
