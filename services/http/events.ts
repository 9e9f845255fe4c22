/** `GET /events`: what changes, as server-sent events. */
import type { OutgoingHttpHeaders } from 'node:http';
import { left, right } from 'fp-ts/lib/Either.js';
import { refuse } from '../../events/refusal.ts';
import { Topic, TOPICS } from '../../protocol/live.ts';
import type { Live, Told } from '../live/live.ts';
import type { Call, Handler } from './call.ts';
import { nameOf, type Auth } from './principal.ts';

/** A line that means nothing keeps proxies from taking the connection for dead; then it is also looked whether who listens still may. */
const BEAT_MS = 15_000;
/** Bytes that wait for one that does not read them: it is cut off, and asks again from where it was. */
const WAITING_MAX = 4 * 1024 * 1024;
/** How long a browser waits before it connects again. */
const RETRY_MS = 1_000;

const SEQUENCE = /^\d{1,16}$/;

const textOf = ({ event, data }: Told): string => `event: ${event}\nid: ${data.seq}\ndata: ${JSON.stringify(data)}\n\n`;

/** All of them, where none are named. */
const topicsOf = (text: unknown): ReadonlySet<Topic> => new Set(typeof text === 'string' ? text.split(',').filter(Topic.is) : TOPICS);

/** Browsers send it by themselves when they connect again. */
const lastOf = ({ headers }: Call['request']): number | null | undefined => {
  const said = headers['last-event-id'];
  if (said === undefined || said === '') return null;
  return typeof said === 'string' && SEQUENCE.test(said) ? Number(said) : undefined;
};

/** Written past fastify, whose answers end. Its headers are those that every answer has. */
const opened = ({ reply }: Call) => {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, { ...(reply.getHeaders() as OutgoingHttpHeaders), 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
  raw.write(`retry: ${RETRY_MS}\n\n`);
  return raw;
};

export const eventsHandler =
  (live: Live, isStillIn: Auth['isStillIn']): Handler =>
  (call) => {
    const [topics, after] = [topicsOf(call.args['topics']), lastOf(call.request)];
    if (after === undefined) return left(refuse('malformed', 'last-event-id: expected a sequence'));
    const name = nameOf(call.principal) ?? '';
    const refused = live.refused(name);
    if (refused !== undefined) return left(refused);
    const raw = opened(call);
    // Of what only its head is wanted of nothing is told: it would be waited for until the end, which never comes.
    if (call.request.method === 'HEAD') return right(void raw.end());
    const write = (text: string): void => {
      if (raw.writableLength > WAITING_MAX) raw.destroy();
      else raw.write(text);
    };
    const end = (): void => void raw.end();
    const { close, seq } = live.listen({ name, topics, after, tell: (told) => write(textOf(told)), end });
    const look = (): void => (isStillIn(call.request) ? undefined : end());
    const beat = setInterval(() => {
      write(`: \nid: ${seq()}\n\n`);
      look();
    }, BEAT_MS);
    const unwatch = live.onRightsChanged(look);
    raw.on('close', () => {
      clearInterval(beat);
      unwatch();
      close();
    });
    return right(undefined);
  };
