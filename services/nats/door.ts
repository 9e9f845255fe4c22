/** The NATS door: one queue group of all replicas, and replies to inboxes alone. */
import type { Msg, NatsConnection } from 'nats';
import { utf8 } from '../../crypto/bytes.ts';
import { refuse } from '../../events/refusal.ts';
import type { Subjects } from '../../events/subjects.ts';
import { toWire } from '../../protocol/refusal.ts';
import type { Door } from '../broker.ts';
import type { Handle } from '../doors/handle.ts';

export const QUEUE = 'jetlock';

/** Requests under way; what comes beyond is told to come again, before anything is computed for it. */
const UNDER_WAY_MAX = 8_192;

/** A reply anywhere else would let a requester have us publish for them. */
const INBOX = /^_INBOX(?:_(?:AUDITOR|[a-z0-9][a-z0-9-]{0,62}))?\./;

const busy = utf8(JSON.stringify({ v: 1, refusal: toWire(refuse('busy')) }));

export const openNatsDoor = async (nc: NatsConnection, subjects: Subjects, handle: Handle): Promise<Door> => {
  let underWay = 0;

  const serve = async (message: Msg): Promise<void> => {
    underWay += 1;
    try {
      message.respond(await handle(message.subject, message.data));
    } catch {
      // The connection was closed meanwhile: whoever asked hears of that by itself.
    } finally {
      underWay -= 1;
    }
  };

  const callback = (error: Error | null, message: Msg): void => {
    if (error !== null || message.reply === undefined || !INBOX.test(message.reply)) return;
    if (underWay >= UNDER_WAY_MAX) message.respond(busy);
    else void serve(message);
  };

  const asked = [subjects.keys, subjects.register, `${subjects.register}.*`, subjects.get, `${subjects.get}.*`, subjects.admin('>')];
  const subscriptions = asked.map((subject) => nc.subscribe(subject, { queue: QUEUE, callback }));
  await nc.flush();
  return {
    close: async () => {
      await Promise.all(subscriptions.map((subscription) => subscription.drain()));
    },
  };
};
