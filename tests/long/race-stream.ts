/** What the log really holds, read past all code of the service. */
import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from 'nats';
import { subjects } from '../support/clients.ts';
import { until } from '../support/latch.ts';
import type { Held } from './race-checker.ts';

type Entry = { readonly id: string; readonly service: string; readonly paths: ReadonlyArray<string> };

/** Anyone may have written there what is no record. */
export const parsed = <A>(data: Uint8Array): Partial<A> => {
  try {
    return JSON.parse(new TextDecoder().decode(data)) as Partial<A>;
  } catch {
    return {};
  }
};

export type Message = { readonly seq: number; readonly subject: string; readonly data: Uint8Array };

const LIMIT_MS = 600_000;

/** Every message, from the first to the one that is the last when this begins. */
export const everyMessage = (nc: NatsConnection, see: (message: Message) => void): Promise<void> => until(readAll(nc, see), LIMIT_MS, 'the last message');

const readAll = async (nc: NatsConnection, see: (message: Message) => void): Promise<void> => {
  const consumer = await jetstream(nc).consumers.get(subjects.stream);
  const { num_pending } = await consumer.info();
  if (num_pending === 0) return;
  let left = num_pending;
  for await (const { seq, subject, data } of await consumer.consume({ max_messages: 5_000 })) {
    see({ seq, subject, data });
    left -= 1;
    if (left === 0) return;
  }
};

export const heldBy = async (nc: NatsConnection): Promise<Held> => {
  const at = new Map<number, string>();
  const reads = new Map<number, Map<string, Entry>>();
  await everyMessage(nc, ({ seq, subject, data }) => {
    at.set(seq, subject);
    if (!subjects.isRead(subject)) return;
    const entries = parsed<{ reads: ReadonlyArray<Entry> }>(data).reads ?? [];
    reads.set(seq, new Map(entries.map((entry) => [entry.id, entry])));
  });
  return { subjects: at, reads };
};
