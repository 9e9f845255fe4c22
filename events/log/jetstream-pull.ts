/**
 * One consumer's life: asks it for messages, hands them on in order, and ends at the first sign that it is not whole any more.
 * One request is open at a time; the next goes out when all that it brought was taken, so a slow taker slows the server down.
 */
import { nanos } from 'nats';
import type { Msg, NatsConnection, Subscription } from 'nats';
import { LINK_LOST } from './jetstream-link.ts';
import type { Link } from './jetstream-link.ts';
import { deliveredMessage } from './jetstream-message.ts';
import type { Delivered } from './jetstream-message.ts';
import type { LogMessage } from './log.ts';

/** How much may be on its way: it stands before everything that the connection brings after it, until all of it was taken. */
export type Portion = { readonly batch: number; readonly max_bytes: number };

export type Consumer = {
  readonly nc: NatsConnection;
  readonly link: Link;
  readonly stream: string;
  readonly name: string;
  /** Where its messages go: no other consumer's go there. */
  readonly inbox: string;
  /** Of what is asked for at once. */
  readonly portion: Portion;
};
export type Take = (message: LogMessage, delivered: Delivered) => void | Promise<void>;

/** Of large messages it must stay far below what a server lets wait for one client, 64 MiB. */
export const LARGE: Portion = { batch: 5_000, max_bytes: 8 * 1024 * 1024 };
/** Taken in some milliseconds, and still many for each round trip. */
export const SMALL: Portion = { batch: 500, max_bytes: 256 * 1024 };
const EXPIRES_MS = 10_000;
const HEARTBEAT_MS = 1_000;
const TICK_MS = 500;
const SILENT_TICKS_MAX = 5;

type Life = {
  readonly consumer: Consumer;
  readonly take: Take;
  readonly end: (why: string) => void;
  readonly idle: () => void;
  readonly waiting: Msg[];
  /** A message is being taken. */
  busy: boolean;
  over: boolean;
  /** How many requests were made; the last one is open while it may bring more. */
  requests: number;
  left: number;
  brought: number;
  delivered: number;
  silentTicks: number;
};

const replyTo = (life: Life): string => `${life.consumer.inbox}.${life.requests}`;

const ask = (life: Life, limit: { readonly batch: number; readonly max_bytes?: number }): void => {
  const { nc, stream, name } = life.consumer;
  life.requests += 1;
  life.left = limit.batch;
  life.brought = 0;
  const request = { ...limit, expires: nanos(EXPIRES_MS), idle_heartbeat: nanos(HEARTBEAT_MS) };
  try {
    nc.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`, JSON.stringify(request), { reply: replyTo(life) });
  } catch {
    life.end('the connection to nats is closed');
  }
};

const askForMore = (life: Life): void => {
  if (life.over || life.busy || life.left > 0 || life.waiting.length > 0) return;
  ask(life, life.consumer.portion);
};

/** A taker that throws is a defect: to go on would be to skip a message, so the process stops. */
const defect = (life: Life, error: unknown): void => {
  life.end('a message could not be taken');
  setImmediate(() => {
    throw error;
  });
};

const handOn = (life: Life, msg: Msg): void => {
  const delivered = deliveredMessage(msg);
  if (delivered?.count !== life.delivered + 1) return life.end('messages were lost on the way');
  life.delivered += 1;
  const taking = life.take(delivered.message, delivered);
  if (!taking) return;
  life.busy = true;
  taking.then(
    () => {
      life.busy = false;
      drain(life);
    },
    (error: unknown) => defect(life, error),
  );
};

const drain = (life: Life): void => {
  for (let msg = life.waiting[0]; msg !== undefined && !life.busy && !life.over; msg = life.waiting[0]) {
    life.waiting.shift();
    handOn(life, msg);
  }
  askForMore(life);
};

const GOES_ON = /^(Batch Completed|Message Size Exceeds MaxBytes)$/i;

/** What the server says about a request, in place of a message. */
const status = (life: Life, msg: Msg): void => {
  if (msg.subject !== replyTo(life)) return;
  const { code, description } = msg.headers ?? { code: 0, description: 'a reply that says nothing' };
  // A heartbeat comes when there is nothing else to send.
  if (code === 100) return life.idle();
  if (code !== 408 && !GOES_ON.test(description)) return life.end(`the server said: ${code} ${description.toLowerCase()}`);
  life.left = 0;
  // The next message alone is larger than a batch may be: without a limit it comes by itself.
  if (/exceeds/i.test(description) && life.brought === 0) return ask(life, { batch: 1 });
  askForMore(life);
};

const arrive = (life: Life, msg: Msg): void => {
  if (life.over) return;
  life.silentTicks = 0;
  if (msg.subject.startsWith(life.consumer.inbox)) return status(life, msg);
  life.left -= 1;
  life.brought += 1;
  if (life.busy) life.waiting.push(msg);
  else handOn(life, msg);
  askForMore(life);
};

/** Ticks are counted, not time: a process that was held up itself must not take its own pause for the server's. */
const listenForSilence = (life: Life): void => {
  life.silentTicks = life.left > 0 ? life.silentTicks + 1 : 0;
  if (life.silentTicks > SILENT_TICKS_MAX) life.end('nothing was heard from the server');
};

const subscribe = (life: Life): Subscription =>
  life.consumer.nc.subscribe(`${life.consumer.inbox}.*`, {
    callback: (error, msg) => {
      if (error) return life.end(error.message);
      try {
        arrive(life, msg);
      } catch (thrown) {
        // Past this point it would end the client's reading loop, in silence.
        defect(life, thrown);
      }
    },
  });

const begin = (start: Pick<Life, 'consumer' | 'take' | 'end' | 'idle'>): Life => ({
  ...start,
  waiting: [],
  busy: false,
  over: false,
  requests: 0,
  left: 0,
  brought: 0,
  delivered: 0,
  silentTicks: 0,
});

/**
 * Takes from a consumer until it or the connection fails, or until the signal. Resolves with the reason, in words.
 * @param idle called about once a second while the consumer has nothing more
 */
export const takeFrom = (consumer: Consumer, take: Take, stop: AbortSignal, idle: () => void = () => undefined): Promise<string> =>
  new Promise((resolve) => {
    const stopped = (): void => end('closed');
    const end = (why: string): void => {
      if (life.over) return;
      life.over = true;
      clearInterval(timer);
      offLink();
      stop.removeEventListener('abort', stopped);
      subscription.unsubscribe();
      resolve(why);
    };
    const life = begin({ consumer, take, end, idle });
    const subscription = subscribe(life);
    const timer = setInterval(() => listenForSilence(life), TICK_MS);
    const offLink = consumer.link.onChange((up) => up || end(LINK_LOST));
    stop.addEventListener('abort', stopped);
    // A signal that was given before tells nobody any more.
    if (stop.aborted) end('closed');
    askForMore(life);
  });
