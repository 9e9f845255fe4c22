/** What happened to a bucket of NATS KV between two places of its stream. */
import { jetstreamManager } from '@nats-io/jetstream';
import { isLeft, type Either } from 'fp-ts/lib/Either.js';
import type { NatsConnection } from 'nats';
import { flowed, noAnswer, type Failure } from '../failure.ts';

type Answer<A> = Promise<Either<Failure, A>>;

const unseen = (stream: string) => (error: unknown): Failure =>
  noAnswer(`${stream} cannot be read`, error instanceof Error ? error.message : 'no answer', 'check nats-server');

/** What a writer who meant to make a new entry told the server to expect before it. */
const isNew = (expected: string | undefined): boolean => expected === '0';

export const sizeOf = (nc: NatsConnection, stream: string): Answer<{ readonly last: number; readonly bytes: number }> =>
  flowed(async () => {
    const { state } = await (await jetstreamManager(nc, { checkAPI: false })).streams.info(stream);
    return { last: state.last_seq, bytes: state.bytes };
  }, unseen(stream));

/** Some entries of a bucket: the stream that it lies in, and the filter for their subjects. */
export type Entries = { readonly stream: string; readonly subject: string };

/**
 * Whether all that happened to some entries after `from`, up to now, is that new ones were made.
 * @returns false also where one was replaced or purged; and up to where was looked
 */
export const onlyAddedSince = async (nc: NatsConnection, { stream, subject }: Entries, from: number): Answer<{ readonly only: boolean; readonly to: number }> => {
  const size = await sizeOf(nc, stream);
  if (isLeft(size)) return size;
  return flowed(async () => {
    const { streams } = await jetstreamManager(nc, { checkAPI: false });
    for (let seq = from + 1; ; seq += 1) {
      const next = { seq, next_by_subj: subject };
      const message = await streams.getMessage(stream, next);
      if (message === null || message.seq > size.right.last) return { only: true, to: size.right.last };
      if (!isNew(message.header.get('Nats-Expected-Last-Subject-Sequence'))) return { only: false, to: message.seq };
      seq = message.seq;
    }
  }, unseen(stream));
};
