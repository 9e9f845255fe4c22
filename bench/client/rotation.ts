/** How soon a rotation is with all who watch it: many connections in one process, as many spread over a few, and beside each what NATS alone takes. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { jetstream, jetstreamManager, StorageType } from '@nats-io/jetstream';
import type { SecretsOptions } from '../../client/mod.ts';
import type { Installation } from '../../tests/support/replicas.ts';
import type { Figure } from '../benchmark.ts';
import { startProgram, type Told } from '../reads/processes.ts';
import { median } from '../support/median.ts';
import { FLOOR_SUBJECT, sharedNow, type Order, type Reply } from './child.ts';

export const CONNECTIONS = 100;
export const ROTATIONS = 20;
/** A fleet is many processes; the processors of the machine are shared by all of them. */
const SPREAD = 4;
/** Between rotations: until all have told which version they run. */
const REST_MS = 3_500;
const FLOOR_REST_MS = 300;
/** About as large as the record of a write, that of the reads, and an answer. */
const WRITE_BYTES = 1_500;
const READS_BYTES = 30_000;
const ANSWER_BYTES = 900;

/** What the n-th of them watches where each has a secret of its own. */
const ownKey = (n: number): string => `OWN_${n}`;

/** `pid`: the replica's. */
export type Scene = { readonly pid: number | undefined; readonly installation: Installation; readonly options: SecretsOptions; readonly write: (key: string, value: string) => Promise<unknown> };

type Children = ReadonlyArray<Told<Order, Reply>>;

/** One way in which it gets to all connections. */
type Way = {
  readonly children: Children;
  /** To how many it comes. */
  readonly count: number;
  /** Sets it off. @returns when */
  readonly begin: (n: number) => Promise<number>;
  readonly restMs: number;
  /** How long after that it came to each: the first time, and after that. */
  first: number[];
  took: number[];
  /** Milliseconds of those to whom it comes, and of the service meanwhile. */
  cpu: number;
  serviceCpu: number;
};

const sorted = (values: ReadonlyArray<number>): ReadonlyArray<number> => [...values].sort((a, b) => a - b);
const part = (values: ReadonlyArray<number>, of: number): number => sorted(values)[Math.min(values.length - 1, Math.floor(values.length * of))] ?? NaN;

/** What all threads of a process have used of the processors by now: milliseconds. */
const cpuOf = (pid: number | undefined): number =>
  readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => sum + Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]) / 1e6, 0);

const tellAll = async (children: Children, order: Order): Promise<Reply> => (await Promise.all(children.map(({ tell }) => tell(order)))).flat();
const sum = (values: ReadonlyArray<number>): number => values.reduce((all, one) => all + one, 0);

const once = async (way: Way, pid: number | undefined, n: number): Promise<void> => {
  const { children, count } = way;
  await tellAll(children, { order: 'begin' });
  const [before, service] = [sum(await tellAll(children, { order: 'cpu' })), cpuOf(pid)];
  const began = await way.begin(n);
  for (const at of await tellAll(children, { order: 'arrivals', count: count / children.length })) way.took.push(at - began);
  way.serviceCpu += cpuOf(pid) - service;
  way.cpu += sum(await tellAll(children, { order: 'cpu' })) - before;
  await delay(way.restMs);
};

/** By turns, so that whatever else the machine does falls on all of them. */
const byTurns = async (ways: ReadonlyArray<Way>, pid: number | undefined): Promise<void> => {
  for (const way of ways) {
    await once(way, pid, 0);
    // What comes for the first time is slow, whatever it is: it is told apart.
    Object.assign(way, { first: way.took, took: [], cpu: 0, serviceCpu: 0 });
  }
  for (let n = 1; n <= ROTATIONS; n += 1) for (const way of ways) await once(way, pid, n);
};

/** The connections of one way, in so many processes. */
const programs = async (installation: Installation, processes: number, orderOf: (count: number, first: number) => Order): Promise<Children> => {
  const children = Array.from({ length: processes }, () => startProgram<Order, Reply>(installation, 'client/child'));
  const count = CONNECTIONS / processes;
  for (const [n, { tell }] of children.entries()) await tell(orderOf(count, n * count));
  return children;
};

/** What NATS alone takes: one message to all; and two records, one after the other is acknowledged, then an answer to each. */
const floorsOf = async ({ installation }: Scene) => {
  const nc = await installation.connection();
  await (await jetstreamManager(nc)).streams.add({ name: 'FLOOR', subjects: ['floor.log.>'], storage: StorageType.File });
  const log = jetstream(nc);
  const [write, reads, answer] = [WRITE_BYTES, READS_BYTES, ANSWER_BYTES].map((bytes) => new Uint8Array(bytes).fill(120));
  const bare = async (): Promise<number> => {
    const began = sharedNow();
    nc.publish(FLOOR_SUBJECT);
    return began;
  };
  const appended = (count: number) => async (): Promise<number> => {
    const began = sharedNow();
    await log.publish('floor.log.write', write);
    await log.publish('floor.log.reads', reads?.subarray(0, (READS_BYTES * count) / CONNECTIONS));
    for (let n = 0; n < count; n += 1) nc.publish(`${FLOOR_SUBJECT}.${n}`, answer);
    return began;
  };
  return { bare, appended };
};

/** A bar beside a floor would be one on their ratio. */
const figuresOf = (what: string, took: ReadonlyArray<number>, bars?: { readonly p50: number; readonly p99: number }): ReadonlyArray<Figure> => [
  { what: `${what}, p50`, value: median(took), unit: 'ms', ...(bars === undefined ? {} : { bar: { atMost: bars.p50 } }) },
  { what: 'the same, p99', value: part(took, 0.99), unit: 'ms', ...(bars === undefined ? {} : { bar: { atMost: bars.p99 } }) },
];
const BARS = { p50: 10, p99: 50 };

type Names = 'rotated' | 'floor' | 'spread' | 'spreadFloor' | 'bare' | 'own' | 'ownFloor';

const tableOf = ({ rotated, floor, spread, spreadFloor, bare, own, ownFloor }: Readonly<Record<Names, Way>>): ReadonlyArray<Figure> => {
  const each = (ms: number): number => (ms * 1_000) / (ROTATIONS * CONNECTIONS);
  return [
    ...figuresOf(`rotation to onChange of ${CONNECTIONS} connections of one process, from the command`, rotated.took, BARS),
    ...figuresOf('two bare records, one after the other, and an answer to each of as many', floor.took),
    ...figuresOf(`rotation to as many in ${SPREAD} processes of this machine`, spread.took, BARS),
    ...figuresOf('the two records and answers to these', spreadFloor.took),
    ...figuresOf('the very first rotation to those of one process', rotated.first),
    ...figuresOf(`the very first one to those of ${SPREAD} processes`, spread.first),
    ...figuresOf(`a bare publish to ${CONNECTIONS} subscribers of one process`, bare.took),
    ...figuresOf(`rotation of the secret of one of ${CONNECTIONS} connections, each with its own`, own.took),
    ...figuresOf('two bare records, and an answer to one', ownFloor.took),
    { what: 'processor of the watching process for each delivery', value: each(rotated.cpu), unit: 'us', floor: each(floor.cpu) },
    { what: 'processor of the service for each delivery', value: each(rotated.serviceCpu), unit: 'us' },
  ];
};

export const rotation = async (scene: Scene): Promise<ReadonlyArray<Figure>> => {
  const { installation, options, write, pid } = scene;
  const subscribers = (processes: number) => programs(installation, processes, (count, first) => ({ order: 'subscribe', count, first, servers: installation.cluster.urls }));
  const watchers = (processes: number, keyOf: (n: number) => string) =>
    programs(installation, processes, (count, first) => ({ order: 'watch', keys: Array.from({ length: count }, (_, n) => keyOf(first + n)), options }));
  const floors = await floorsOf(scene);
  const writing: number[] = [];
  const rotate = (keyOf: (n: number) => string) => async (n: number): Promise<number> => {
    const began = sharedNow();
    await write(keyOf(n), `rotated ${n}`);
    writing.push(sharedNow() - began);
    return began;
  };
  const of = (way: Pick<Way, 'children' | 'count' | 'begin' | 'restMs'>): Way => ({ ...way, first: [], took: [], cpu: 0, serviceCpu: 0 });
  const [together, apart, count, restMs] = [await subscribers(1), await subscribers(SPREAD), CONNECTIONS, FLOOR_REST_MS];
  const bare = of({ children: together, count, begin: floors.bare, restMs });
  const floor = of({ children: together, count, begin: floors.appended(count), restMs });
  const spreadFloor = of({ children: apart, count, begin: floors.appended(count), restMs });
  const rotated = of({ children: await watchers(1, () => 'KEY'), count, begin: rotate(() => 'KEY'), restMs: REST_MS });
  const spread = of({ children: await watchers(SPREAD, () => 'KEY_0'), count, begin: rotate(() => 'KEY_0'), restMs: REST_MS });
  await delay(REST_MS);
  await byTurns([bare, floor, spreadFloor, rotated, spread], pid);
  // Only now: all connections of a service are told to look when one of its secrets changes.
  for (let n = 0; n < CONNECTIONS; n += 1) await write(ownKey(n), 'v');
  const own = of({ children: await watchers(1, ownKey), count: 1, begin: rotate(ownKey), restMs: REST_MS });
  const ownFloor = of({ children: together, count: 1, begin: floors.appended(1), restMs });
  await delay(REST_MS);
  await byTurns([ownFloor, own], pid);
  return [{ what: 'the write itself, p50', value: median(writing), unit: 'ms' }, ...tableOf({ rotated, floor, spread, spreadFloor, bare, own, ownFloor })];
};
