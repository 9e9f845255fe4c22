/** The NATS door: one queue group of all replicas, and replies to inboxes alone. */
import type { Msg, NatsConnection } from 'nats';
import type { Subjects } from '../../events/subjects.ts';
import type { ReplicaId } from '../../events/vocabulary.ts';
import type { Door } from '../broker.ts';
import type { Admission } from '../doors/admission.ts';
import { relayedTo } from '../doors/route.ts';
import { requestsOf } from './requests.ts';

export const QUEUE = 'jetlock';

/** A reply anywhere else would let a requester have us publish for them. */
const INBOX = /^_INBOX(?:_(?:AUDITOR|[a-z0-9][a-z0-9-]{0,62}))?\./;
/** Where only other replicas can ask, they get their answers. */
const OWN_INBOX = /^_INBOX(?:_JETLOCK)?\./;

/** How long those who were let in may take at the end. */
const LAST_MS = 2_000;

type Where = { readonly subjects: Subjects; readonly replica: ReplicaId };

export const openNatsDoor = async (nc: NatsConnection, { subjects, replica }: Where, { admit, idle }: Admission): Promise<Door> => {
  const admitFrom = (inbox: RegExp) => (error: Error | null, { subject, reply, data }: Msg): void => {
    if (error !== null || reply === undefined || !inbox.test(reply)) return;
    admit({ subject, bytes: data, answer: (answer) => nc.publish(reply, answer) });
  };

  const asked = requestsOf(subjects);
  const subscriptions = [
    ...asked.map((subject) => nc.subscribe(subject, { queue: QUEUE, callback: admitFrom(INBOX) })),
    ...relayedTo(subjects, replica).map((subject) => nc.subscribe(subject, { callback: admitFrom(OWN_INBOX) })),
  ];
  await nc.flush();
  return {
    close: async () => {
      // Out of the queue group first: what comes from now on goes to other replicas.
      await Promise.all(subscriptions.map((subscription) => subscription.drain()));
      await idle(LAST_MS);
      // Answers leave with the connection only if they are written before it is closed.
      if (!nc.isClosed()) await nc.flush();
    },
  };
};
