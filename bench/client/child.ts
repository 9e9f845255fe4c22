/** The process in which the watching connections of the benchmark are, and beside them the bare subscribers of its floor. */
import { connect, type NatsConnection } from 'nats';
import { createSecretsClient, type SecretsOptions } from '../../client/mod.ts';

/** When the last of so many things came. */
type Arrivals = { readonly at: number[]; resolve?: () => void };

export const FLOOR_SUBJECT = 'floor.rotated';
/** Where whoever was told asks, in the floor of those who ask. */
export const ASKED_SUBJECT = 'floor.asked';
export type Order =
  | { readonly order: 'watch'; readonly count: number; readonly options: SecretsOptions }
  | { readonly order: 'subscribe'; readonly count: number; readonly servers: ReadonlyArray<string> }
  /** Everything that comes from now on is a new round. `ask`: the bare subscribers ask as well, and it has come to each with the answer. */
  | { readonly order: 'begin'; readonly ask: boolean }
  /** What this process has used of the processors by now: milliseconds. */
  | { readonly order: 'cpu' }
  /** The moments, by the clock that all processes of the machine share, when it came to each of them: milliseconds. */
  | { readonly order: 'arrivals'; readonly count: number };
export type Reply = ReadonlyArray<number>;

/** Of all processes on this machine. */
export const sharedNow = (): number => Number(process.hrtime.bigint()) / 1e6;

let round: Arrivals = { at: [] };
let expected = Infinity;
const arrived = (): void => {
  round.at.push(sharedNow());
  if (round.at.length === expected) round.resolve?.();
};

const watch = async (count: number, options: SecretsOptions): Promise<void> => {
  const clients = Array.from({ length: count }, () => createSecretsClient({ KEY: 'is rotated' }, options));
  for (const secrets of clients) {
    await secrets.getSecret('KEY');
    secrets.onChange('KEY', arrived);
  }
};

let isAsking = false;
const told = (nc: NatsConnection): void => {
  if (isAsking) void nc.request(ASKED_SUBJECT).then(arrived);
  else arrived();
};

const subscribe = async (count: number, servers: ReadonlyArray<string>): Promise<void> => {
  for (let n = 0; n < count; n += 1) {
    const nc = await connect({ servers: [...servers], noAsyncTraces: true });
    nc.subscribe(FLOOR_SUBJECT, { callback: () => told(nc) });
    await nc.flush();
  }
};

const arrivals = async (count: number): Promise<Reply> => {
  await new Promise<void>((resolve) => {
    [round.resolve, expected] = [resolve, count];
    if (round.at.length >= count) resolve();
  });
  return round.at;
};

const obey = async (order: Order): Promise<Reply> => {
  if (order.order === 'watch') await watch(order.count, order.options);
  if (order.order === 'subscribe') await subscribe(order.count, order.servers);
  if (order.order === 'begin') [round, expected, isAsking] = [{ at: [] }, Infinity, order.ask];
  if (order.order === 'cpu') return [(({ user, system }) => (user + system) / 1_000)(process.cpuUsage())];
  return order.order === 'arrivals' ? arrivals(order.count) : [];
};

process.on('message', (order: Order) => {
  obey(order).then(
    (measured) => process.send?.({ measured }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
// Without a parent there is nobody to measure for.
for (const over of ['disconnect', 'SIGTERM']) process.on(over, () => process.exit());
