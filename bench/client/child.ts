/** A process in which watching connections of the benchmark are, or the bare subscribers of its floors. */
import { connect } from 'nats';
import { createSecretsClient, type SecretsOptions } from '../../client/mod.ts';

/** When the last of so many things came. */
type Arrivals = { readonly at: number[]; resolve?: () => void };

/** What goes to all subscribers of the floor, and under it a subject for each of them. */
export const FLOOR_SUBJECT = 'floor.rotated';
export type Order =
  /** One connection for each key. */
  | { readonly order: 'watch'; readonly keys: ReadonlyArray<string>; readonly options: SecretsOptions }
  /** `first`: the number of the first of them. */
  | { readonly order: 'subscribe'; readonly count: number; readonly first: number; readonly servers: ReadonlyArray<string> }
  /** Everything that comes from now on is a new round. */
  | { readonly order: 'begin' }
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

const watch = async (keys: ReadonlyArray<string>, options: SecretsOptions): Promise<void> => {
  for (const key of keys) {
    const secrets = createSecretsClient({ [key]: 'is rotated' }, options);
    await secrets.getSecret(key);
    secrets.onChange(key, arrived);
  }
};

const subscribe = async (count: number, first: number, servers: ReadonlyArray<string>): Promise<void> => {
  for (let n = first; n < first + count; n += 1) {
    const nc = await connect({ servers: [...servers], noAsyncTraces: true });
    for (const subject of [FLOOR_SUBJECT, `${FLOOR_SUBJECT}.${n}`]) nc.subscribe(subject, { callback: arrived });
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
  if (order.order === 'watch') await watch(order.keys, order.options);
  if (order.order === 'subscribe') await subscribe(order.count, order.first, order.servers);
  if (order.order === 'begin') [round, expected] = [{ at: [] }, Infinity];
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
