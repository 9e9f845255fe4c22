/**
 * Requests with one answer each, over one inbox. The library's own make an error with a stack, two promises and a timer for
 * every request, answered or not, which takes as long as everything else that a request is.
 */
import { left, right, type Either } from 'fp-ts/lib/Either.js';
import { createInbox, errors } from 'nats';
import type { ConnectionOptions, Msg, MsgHdrs, NatsConnection } from 'nats';
import type { Link } from './jetstream-link.ts';

/** Why there is no answer, in the errors of the library; `lost`: the connection was, after the request was sent. */
export type NoAnswer = Error | 'lost';

/** Sent at once, on the connection as it is. Never rejects. */
export type Request = (subject: string, data: Uint8Array, timeoutMs: number, headers?: MsgHdrs) => Promise<Either<NoAnswer, Msg>>;

type Waiting = { readonly subject: string; readonly end: number; readonly resolve: (answer: Either<NoAnswer, Msg>) => void };

/** One timer for all that wait, for the first whose time is over: so much later than asked a request may be given up. */
const SWEEP_MS = 50;
const NOBODY = 503;

/** Public on a connection, and not in its type. */
const prefixOf = (nc: NatsConnection): string | undefined => (nc as { readonly options?: ConnectionOptions }).options?.inboxPrefix;

/** Headers that break the rules throw where they are read; anyone who may publish to an inbox can send such. */
const isNobody = (msg: Msg): boolean => {
  try {
    return msg.data.length === 0 && msg.headers?.code === NOBODY;
  } catch {
    return false;
  }
};

/** Those who wait for an answer, by the last part of the subject that it comes to. */
const makeWaiting = () => {
  const all = new Map<string, Waiting>();
  let count = 0;
  let timer: NodeJS.Timeout | undefined;
  let due = Infinity;
  const settle = (id: string, answer: Either<NoAnswer, Msg>): void => {
    all.get(id)?.resolve(answer);
    all.delete(id);
  };
  const settleIf = (isMeant: (waiting: Waiting) => boolean, why: () => NoAnswer): void => {
    for (const [id, waiting] of all) if (isMeant(waiting)) settle(id, left(why()));
  };
  /** Whoever is first, if that is sooner than the timer is set for. */
  const sweepAt = (end: number): void => {
    if (end + SWEEP_MS >= due) return;
    clearTimeout(timer);
    due = end + SWEEP_MS;
    // The connection keeps the process; without it nobody waits.
    timer = setTimeout(sweep, Math.max(SWEEP_MS, due - performance.now())).unref();
  };
  const sweep = (): void => {
    const now = performance.now();
    due = Infinity;
    settleIf(({ end }) => end <= now, () => new errors.TimeoutError());
    const first = [...all.values()].reduce((least, { end }) => Math.min(least, end), Infinity);
    if (first < Infinity) sweepAt(first);
  };
  const add = (waiting: Waiting): string => {
    const id = (count += 1).toString(36);
    all.set(id, waiting);
    sweepAt(waiting.end);
    return id;
  };
  return { add, settle, settleIf, subjectOf: (id: string) => all.get(id)?.subject ?? '' };
};

/** What the server does not allow comes as a status of the connection, and names a subject. */
const onForbidden = async (nc: NatsConnection, told: (error: InstanceType<typeof errors.PermissionViolationError>) => void): Promise<void> => {
  for await (const status of nc.status()) if (status.type === 'error' && status.error instanceof errors.PermissionViolationError) told(status.error);
};

/** Make it once for each connection: it listens on an inbox of its own from the first request on. */
export const requestsOn = (nc: NatsConnection, link: Link): Request => {
  const { add, settle, settleIf, subjectOf } = makeWaiting();
  let inbox: string | undefined;

  const listen = (): string => {
    const base = `${createInbox(prefixOf(nc))}.`;
    const take = (error: Error | null, msg: Msg): void => {
      // What concerns the inbox itself comes as a status too.
      if (error !== null) return;
      const id = msg.subject.slice(base.length);
      settle(id, isNobody(msg) ? left(new errors.NoRespondersError(subjectOf(id))) : right(msg));
    };
    nc.subscribe(`${base}*`, { callback: take });
    return base;
  };

  link.onChange((up) => up || settleIf(() => true, () => 'lost'));
  void onForbidden(nc, (error) => {
    const isInbox = error.operation === 'subscription' && inbox !== undefined && error.subject.startsWith(inbox);
    if (isInbox) inbox = undefined;
    settleIf(({ subject }) => isInbox || (error.operation === 'publish' && subject === error.subject), () => error);
  });

  return (subject, data, timeoutMs, headers) =>
    new Promise((resolve) => {
      const id = add({ subject, end: performance.now() + timeoutMs, resolve });
      try {
        inbox ??= listen();
        nc.publish(subject, data, headers === undefined ? { reply: `${inbox}${id}` } : { reply: `${inbox}${id}`, headers });
      } catch (error) {
        settle(id, left(error instanceof Error ? error : 'lost'));
      }
    });
};
