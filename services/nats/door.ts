/** The NATS door: one queue group of all replicas, and replies to inboxes alone. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Msg, NatsConnection, Subscription } from 'nats';
import type { Subjects } from '../../events/subjects.ts';
import type { ReplicaId } from '../../events/vocabulary.ts';
import type { Door } from '../broker.ts';
import type { Admission } from '../doors/admission.ts';
import type { Known } from '../doors/known.ts';
import { relayedTo } from '../doors/route.ts';
import { readInTurns } from './in-turns.ts';
import { requestsOf } from './requests.ts';

export const QUEUE = 'jetlock';

/** A reply anywhere else would let a requester have us publish for them. */
const INBOX = /^_INBOX(?:_(?:AUDITOR|[a-z0-9][a-z0-9-]{0,62}))?\./;
/** Where only other replicas can ask, they get their answers. */
const OWN_INBOX = /^_INBOX(?:_JETLOCK)?\./;

/** How long those who were let in may take at the end, and how long NATS may take to answer, at the beginning as well. */
const LAST_MS = 2_000;

/** Of what comes by one connection, before everything else has its turn. */
const PER_TURN = 32;

type Where = { readonly subjects: Subjects; readonly replica: ReplicaId };
/** One for what anyone may ask, and one for those who are known: what is for one connection NATS delivers in order. */
type Connections = { readonly requests: NatsConnection; readonly known: NatsConnection };
type Callback = (error: Error | null, message: Msg) => void;

/**
 * Admits what comes by a connection and wants its answer in such an inbox.
 * @param isForAnyone it rests where most are turned away; on subjects of their own they are not listened to, and nobody else waits for them
 */
const admitBy = (nc: NatsConnection, { admit }: Admission, isForAnyone: boolean): ((inbox: RegExp) => Callback) => {
  let count = 0;
  const turnedAway = (): void => void (count += 1);
  const seeOne = readInTurns(nc, PER_TURN, () => (isForAnyone ? count : 0));
  return (inbox) => (error, { subject, reply, data }) => {
    seeOne();
    if (error !== null || reply === undefined || !inbox.test(reply)) return;
    const answer = (bytes: Uint8Array): void => {
      if (!nc.isClosed()) nc.publish(reply, bytes);
    };
    admit({ subject, bytes: data, answer, turnedAway, ignored: turnedAway });
  };
};

/** The subjects of those who are known, as they come and go. */
const hearKnown = (nc: NatsConnection, known: Known, callback: Callback) => {
  const heard = new Map<string, Subscription>();
  known.onChange((subject, isHeard) => {
    if (nc.isClosed()) return;
    heard.get(subject)?.unsubscribe();
    heard.delete(subject);
    if (isHeard) heard.set(subject, nc.subscribe(subject, { queue: QUEUE, callback }));
  });
  return {
    drain: () => {
      known.onChange(() => undefined);
      return Promise.all([...heard.values()].map((subscription) => subscription.drain()));
    },
  };
};

/** Without NATS nobody is there to be told, and a connection that is closed meanwhile never settles what was asked of it. */
const asFarAsPossible = async (works: ReadonlyArray<Promise<unknown>>): Promise<void> => {
  const over = new AbortController();
  await Promise.race([Promise.allSettled(works), delay(LAST_MS, undefined, over)]);
  over.abort();
};

export const openNatsDoor = async ({ requests, known }: Connections, { subjects, replica }: Where, admission: Admission, ofKnown: Known): Promise<Door> => {
  const admitFrom = admitBy(requests, admission, true);
  const subscriptions = [
    ...requestsOf(subjects).map((subject) => requests.subscribe(subject, { queue: QUEUE, callback: admitFrom(INBOX) })),
    ...relayedTo(subjects, replica).map((subject) => requests.subscribe(subject, { callback: admitFrom(OWN_INBOX) })),
  ];
  const hearing = hearKnown(known, ofKnown, admitBy(known, admission, false)(INBOX));
  const flushed = () => asFarAsPossible([requests, known].map((nc) => nc.flush()));
  await flushed();
  return {
    close: async () => {
      // Out of the queue group first: what comes from now on goes to other replicas.
      await asFarAsPossible([hearing.drain(), ...subscriptions.map((subscription) => subscription.drain())]);
      await admission.idle(LAST_MS);
      // Answers leave with the connection only if they are written before it is closed.
      await flushed();
    },
  };
};
