/**
 * Whole streams out of a nats-server and into one, by the server's own snapshots: sequences and times are kept. The client
 * library has nothing for it; requests and answers are those of the JetStream API (`stream_snapshot`, `stream_restore`).
 */
import { jetstream, type StreamConfig, type StreamState } from '@nats-io/jetstream';
import { isLeft, right, type Either } from 'fp-ts/lib/Either.js';
import { createInbox } from 'nats';
import type { NatsConnection, Subscription } from 'nats';
import { flowed, Interrupted, noAnswer, type Failure } from '../failure.ts';

/** What the server says of a stream beside its bytes. */
export type StreamHead = { readonly config: Partial<StreamConfig>; readonly state: StreamState };
/** The bytes are a tar file, compressed by S2, as the server makes and takes it. */
export type Snapshot = StreamHead & { readonly chunks: AsyncIterable<Uint8Array> };

type Answer<A> = Promise<Either<Failure, A>>;
type ApiAnswer = { readonly error?: { readonly description?: string } };

const ANSWER_MS_MAX = 60_000;
/** Between two chunks; the server gives up after 5 seconds without an answer to one. */
const SILENCE_MS_MAX = 20_000;
/** While the server checks what it was sent and puts it in place. */
const PLACING_MS_MAX = 60 * 60_000;
const CHUNK_BYTES = 128 * 1024;
/** The most that the server sends before we have taken any of it. */
const WINDOW_BYTES = 4 * 1024 * 1024;

const trouble = (stream: string, why: string): Failure =>
  noAnswer(stream, why, 'check nats-server');

const unanswered = (stream: string) => (error: unknown): Failure => trouble(stream, error instanceof Error ? error.message : 'no answer');

const parsed = (stream: string, text: string): unknown => {
  const answer = JSON.parse(text) as ApiAnswer;
  if (answer.error !== undefined) throw new Interrupted(trouble(stream, answer.error.description ?? 'refused'));
  return answer;
};

const ask = async (nc: NatsConnection, verb: 'SNAPSHOT' | 'RESTORE', stream: string, request: unknown): Promise<unknown> =>
  parsed(stream, (await nc.request(`$JS.API.STREAM.${verb}.${stream}`, JSON.stringify(request), { timeout: ANSWER_MS_MAX })).string());

/** A chunk is answered only when it has been used, so the server waits for us and none pile up here. */
async function* chunksOf(stream: string, subscription: Subscription): AsyncGenerator<Uint8Array> {
  const silence = setTimeout(() => subscription.unsubscribe(), SILENCE_MS_MAX);
  try {
    for await (const message of subscription) {
      silence.refresh();
      // An empty one ends it: 204, or why it is not whole.
      if (message.data.length === 0 && [0, 204].includes(message.headers?.code ?? 0)) return;
      if (message.data.length === 0) break;
      yield message.data;
      message.respond();
    }
    throw new Interrupted(trouble(stream, 'the server did not send all of its snapshot'));
  } finally {
    clearTimeout(silence);
    subscription.unsubscribe();
  }
}

/** Begins a snapshot. Whether it came whole is known when its chunks are over: they fail with `Interrupted` if it did not. */
export const takeSnapshot = async (nc: NatsConnection, stream: string): Answer<Snapshot> => {
  const inbox = createInbox(jetstream(nc).getOptions().watcherPrefix);
  const subscription = nc.subscribe(inbox);
  const request = { deliver_subject: inbox, no_consumers: true, chunk_size: CHUNK_BYTES, window_size: WINDOW_BYTES };
  const head = await flowed(() => ask(nc, 'SNAPSHOT', stream, request) as Promise<StreamHead>, unanswered(stream));
  if (!isLeft(head)) return right({ config: head.right.config, state: head.right.state, chunks: chunksOf(stream, subscription) });
  subscription.unsubscribe();
  return head;
};

const sliceBytes = (nc: NatsConnection): number => Math.min(4 * CHUNK_BYTES, nc.info?.max_payload ?? CHUNK_BYTES);

/**
 * Makes a stream from a snapshot: whole or not at all. The server refuses it where there is a stream of that name.
 * @param snapshot.config as the stream shall be, which need not be as it was
 */
export const putSnapshot = (nc: NatsConnection, stream: string, { config, state, chunks }: Snapshot): Answer<void> =>
  flowed(async () => {
    const { deliver_subject: to } = (await ask(nc, 'RESTORE', stream, { config, state })) as { readonly deliver_subject: string };
    const size = sliceBytes(nc);
    for await (const chunk of chunks)
      for (let at = 0; at < chunk.length; at += size) {
        const taken = await nc.request(to, chunk.subarray(at, at + size), { timeout: SILENCE_MS_MAX });
        if (taken.data.length > 0) parsed(stream, taken.string());
      }
    parsed(stream, (await nc.request(to, new Uint8Array(), { timeout: PLACING_MS_MAX })).string());
  }, unanswered(stream));
