/** A process of the benchmark of namespaces: it answers as the floors do, or asks. */
import { jetstream } from '@nats-io/jetstream';
import fastify from 'fastify';
import { connect } from 'nats';
import type { Measured } from '../reads/loop.ts';
import { askInLoop, type Asked } from './ask.ts';

export type Order =
  /** Answers with so many bytes at `/bare`, and at `/grouped` once an event of 500 B is appended, together with those that came meanwhile. */
  | { readonly order: 'answer'; readonly servers: ReadonlyArray<string>; readonly bytes: number }
  | ({ readonly order: 'ask'; readonly inFlight: number; readonly seconds: number } & Asked);
export type Reply = string | Measured;

const EVENT_BYTES = 500;
const SUBJECT = 'floor.events';

const grouped = (append: (events: number) => Promise<unknown>) => {
  let waiting: Array<() => void> = [];
  let busy = false;
  const pump = async (): Promise<void> => {
    busy = true;
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      await append(group.length);
      for (const answered of group) answered();
    }
    busy = false;
  };
  return (): Promise<void> =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (!busy) void pump();
    });
};

const openFloors = async (servers: ReadonlyArray<string>, bytes: number): Promise<string> => {
  const js = jetstream(await connect({ servers: [...servers], noAsyncTraces: true }));
  const appended = grouped((events) => js.publish(SUBJECT, new Uint8Array(EVENT_BYTES * events).fill(120)));
  const server = fastify();
  const answer = Buffer.alloc(bytes, 'x');
  server.get('/bare', (_, reply) => reply.type('application/json').send(answer));
  server.get('/grouped', async (_, reply) => {
    await appended();
    return reply.type('application/json').send(answer);
  });
  return server.listen({ host: '127.0.0.1', port: 0 });
};

const obey = async (order: Order): Promise<Reply> => {
  if (order.order === 'answer') return openFloors(order.servers, order.bytes);
  return askInLoop(order, order.inFlight, order.seconds * 1000);
};

process.on('message', (order: Order) => {
  obey(order).then(
    (measured) => void process.send?.({ measured }),
    (error: unknown) => void process.send?.({ error: String(error) }),
  );
});
// Without a parent there is nobody to measure for.
for (const over of ['disconnect', 'SIGTERM']) process.on(over, () => process.exit());

