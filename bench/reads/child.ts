/** A process of the benchmark of reads: it answers as the floors do, or asks. Its parent tells it what to do, one thing at a time. */
import { connect } from 'nats';
import { connect as connectClient } from '../../client/connect.ts';
import { floorSubject, openFloors, type Floor } from './floors.ts';
import { measure, type Measured } from './loop.ts';

/** `identity`: the file of a service's identity. */
export type Asking = { readonly floor: Floor } | { readonly identity: string; readonly servicePublicKey: string; readonly paths: ReadonlyArray<string> };
export type Order = { readonly servers: ReadonlyArray<string> } & (
  | { readonly order: 'answer' }
  | { readonly order: 'ask'; readonly asking: Asking; readonly inFlight: number; readonly ms: number }
);
/** `measured` where it was told to ask. */
export type Done = { readonly measured: Measured | null } | { readonly error: string };

type Ask = () => Promise<unknown>;

const request = new Uint8Array(50).fill(120);

const floorAsker = async (servers: ReadonlyArray<string>, floor: Floor): Promise<Ask> => {
  const nc = await connect({ servers: [...servers], noAsyncTraces: true });
  return () => nc.request(floorSubject(floor), request, { timeout: 10_000 });
};

const reader = async (servers: ReadonlyArray<string>, { identity, servicePublicKey, paths }: Exclude<Asking, { floor: Floor }>): Promise<Ask> => {
  const client = await connectClient({ nats: { servers }, identity, servicePublicKey });
  return () => client.get(paths);
};

const askers = new Map<string, Promise<Ask>>();

/** One connection for each way to ask, made once. */
const askerOf = (servers: ReadonlyArray<string>, asking: Asking): Promise<Ask> => {
  const name = JSON.stringify(asking);
  const asker = askers.get(name) ?? ('floor' in asking ? floorAsker(servers, asking.floor) : reader(servers, asking));
  askers.set(name, asker);
  return asker;
};

const obey = async (order: Order): Promise<Measured | null> => {
  if (order.order === 'ask') return measure(await askerOf(order.servers, order.asking), order.inFlight, order.ms);
  await openFloors(await connect({ servers: [...order.servers], noAsyncTraces: true }));
  return null;
};

const tell = (done: Done): void => void process.send?.(done);

process.on('message', (order: Order) => {
  obey(order).then(
    (measured) => tell({ measured }),
    (error: unknown) => tell({ error: String(error) }),
  );
});
// Without a parent there is nobody to measure for.
for (const over of ['disconnect', 'SIGTERM']) process.on(over, () => process.exit());
