/** Everything a service needs of the world outside, in memory: can be copied, and can die at any of its calls. */
import { left, right, type Either } from 'fp-ts/lib/Either.js';
import { isNone } from 'fp-ts/lib/Option.js';
import { unavailable as unavailableHere } from '../../client/failure.ts';
import type { Transport } from '../../client/transport.ts';
import type { Draft, Log } from '../../events/log/log.ts';
import { memoryLog, type MemoryLog } from '../../events/log/memory.ts';
import { memoryStore } from '../../projections/memory-store.ts';
import type { Broker } from '../../services/broker.ts';
import type { Admission } from '../../services/doors/admission.ts';
import { failure } from '../../services/failure.ts';
import type { Holder, KeyStore, Stored } from '../../services/keyring/key-store.ts';
import { orThrow } from './or-throw.ts';

type World = {
  readonly log: MemoryLog;
  readonly keys: Map<string, Stored>;
  readonly marks: { isComplete: boolean; holders: { readonly list: ReadonlyArray<Holder>; readonly revision: number } };
};

const unavailable = left(failure('unavailable', 'dead', ''));

const keyStoreOf = ({ keys, marks }: World): KeyStore => {
  const done = right(undefined);
  return {
    get: (id) => Promise.resolve(right(keys.get(id))),
    create: (id, key) => Promise.resolve(keys.has(id) ? unavailable : (keys.set(id, { key, revision: 1 }), done)),
    replace: (id, key, revision) => Promise.resolve(keys.get(id)?.revision === revision ? (keys.set(id, { key, revision: revision + 1 }), done) : unavailable),
    destroy: (id) => Promise.resolve((keys.delete(id), done)),
    isComplete: () => Promise.resolve(right(marks.isComplete)),
    markComplete: () => Promise.resolve(((marks.isComplete = true), done)),
    holders: () => Promise.resolve(right(marks.holders)),
    hold: (list, revision) => Promise.resolve(marks.holders.revision === revision ? ((marks.holders = { list, revision: revision + 1 }), done) : unavailable),
  };
};

/**
 * When a process dies: at a call, counted from when that is said on, with or without that call's effect. `died` is told; nothing
 * that the process does later has any effect.
 */
export type Death = { at: number | undefined; readonly withEffect: boolean; readonly died: () => void };

const makeLife = (death: Death | undefined) => {
  let [calls, isDead] = [0, false];
  const call = async <E, A>(dead: Either<E, A>, body: () => Promise<Either<E, A>>): Promise<Either<E, A>> => {
    if (isDead) return dead;
    if (death?.at === undefined) return body();
    calls += 1;
    if (calls !== death.at) return body();
    if (death.withEffect) await body();
    isDead = true;
    death.died();
    return dead;
  };
  return { call, isDead: () => isDead };
};

type Life = ReturnType<typeof makeLife>;

const mortalStore = (store: KeyStore, { call }: Life): KeyStore => ({
  get: (id) => call(unavailable, () => store.get(id)),
  create: (id, key) => call(unavailable, () => store.create(id, key)),
  replace: (id, key, revision) => call(unavailable, () => store.replace(id, key, revision)),
  destroy: (id) => call(unavailable, () => store.destroy(id)),
  isComplete: () => call(unavailable, () => store.isComplete()),
  markComplete: () => call(unavailable, () => store.markComplete()),
  holders: () => call(unavailable, () => store.holders()),
  hold: (list, revision) => call(unavailable, () => store.hold(list, revision)),
});

const NO_ANSWER = left({ _tag: 'unavailable', stored: 'unknown', why: 'dead' } as const);

const mortalLog = (log: Log, { call, isDead }: Life): Log => ({
  ...log,
  append: (draft: Draft) => () => call<never, never>(NO_ANSWER as never, () => log.append(draft)() as never),
  last: (subject) => () => (isDead() ? Promise.resolve(NO_ANSWER) : log.last(subject)()),
  follow: (follow) => log.follow({ ...follow, onMessage: (message) => (isDead() ? undefined : follow.onMessage(message)) }),
});

export type MemoryWorld = {
  /** The ports of one service. */
  readonly broker: (death?: Death) => Broker & { readonly transport: Transport };
  /** Every wrapped key that is stored, by its name. */
  readonly keys: () => ReadonlyMap<string, Stored>;
  readonly copy: () => Promise<MemoryWorld>;
};

const transportOf = (door: () => Admission | undefined): Transport => ({
  request: (subject, bytes) => async () => {
    const admission = door();
    if (admission === undefined) return left(unavailableHere('nobody answers', 'no'));
    return right(await new Promise<Uint8Array>((answer) => admission.admit({ subject, bytes, answer })));
  },
  isUnsettled: () => false,
  notices: () => ({ close: () => undefined }),
  close: async () => undefined,
});

const brokerOf = (world: World, death?: Death): Broker & { readonly transport: Transport } => {
  const life = makeLife(death);
  let door: Admission | undefined;
  return {
    log: mortalLog(world.log, life),
    keyStore: mortalStore(keyStoreOf(world), life),
    views: memoryStore(),
    publish: () => undefined,
    ask: () => Promise.resolve(undefined),
    transport: transportOf(() => door),
    serve: (admission) => {
      door = admission;
      return Promise.resolve({ close: async () => void (door = undefined) });
    },
  };
};

/** The same messages at the same times; what comes then is of now. */
const copied = async (log: MemoryLog): Promise<MemoryLog> => {
  const { last, created } = orThrow(await log.info()());
  let clock: () => number = () => Date.parse(created);
  const copy = memoryLog({ clock: () => clock() });
  for (let seq = 1; seq <= last; seq += 1) {
    const message = orThrow(await log.at(seq)());
    if (isNone(message)) continue;
    clock = () => message.value.time;
    copy.publish(message.value);
  }
  clock = () => Date.now();
  return copy;
};

const worldOf = (world: World): MemoryWorld => ({
  broker: (death) => brokerOf(world, death),
  keys: () => new Map(world.keys),
  copy: async () => worldOf({ log: await copied(world.log), keys: new Map(world.keys), marks: { isComplete: world.marks.isComplete, holders: noHolders } }),
});

const noHolders: World['marks']['holders'] = { list: [], revision: 0 };

export const memoryWorld = (): MemoryWorld => worldOf({ log: memoryLog(), keys: new Map(), marks: { isComplete: false, holders: noHolders } });
