/** The NATS door: one queue group of all replicas, and replies to inboxes alone. */
import type { Msg, NatsConnection } from 'nats';
import type { Subjects } from '../../events/subjects.ts';
import type { Door } from '../broker.ts';
import type { Admission } from '../doors/admission.ts';

export const QUEUE = 'jetlock';

/** A reply anywhere else would let a requester have us publish for them. */
const INBOX = /^_INBOX(?:_(?:AUDITOR|[a-z0-9][a-z0-9-]{0,62}))?\./;

/** How long those who were let in may take at the end. */
const LAST_MS = 2_000;

export const openNatsDoor = async (nc: NatsConnection, subjects: Subjects, { admit, idle }: Admission): Promise<Door> => {
  const callback = (error: Error | null, { subject, reply, data }: Msg): void => {
    if (error !== null || reply === undefined || !INBOX.test(reply)) return;
    admit({ subject, bytes: data, answer: (answer) => nc.publish(reply, answer) });
  };

  const asked = [subjects.keys, subjects.register, `${subjects.register}.*`, subjects.get, `${subjects.get}.*`, subjects.admin('>')];
  const subscriptions = asked.map((subject) => nc.subscribe(subject, { queue: QUEUE, callback }));
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
