/** Grants for one read, each raced for by many readers at the same moment. */
import type { NatsConnection } from 'nats';
import { newTokenIdentity } from '../../client/credential.ts';
import type { Sequence } from '../../events/vocabulary.ts';
import { subjects } from '../support/clients.ts';
import { eventually } from '../support/poll.ts';
import type { Replicas } from '../support/replicas.ts';
import { pathOf, serviceOf, stepsOf } from '../support/steps.ts';
import { openWire } from '../support/wire.ts';
import type { Once, Spending } from './once-checker.ts';
import type { Decided } from './race-checker.ts';
import { decide } from './race-lanes.ts';
import { ANSWER_MS, ask } from './race-readers.ts';
import { everyMessage, parsed } from './race-stream.ts';

const READERS = 64;
const CONNECTIONS = 4;
const SERVICE = serviceOf('once-api');

type Event = { readonly type: string; readonly path: string; readonly read: { readonly seq: number; readonly id: string } };

/** Of what counts: its writer knew what came before it. Whoever has no key can only repeat, and what they repeat comes after something else. */
export const spendingsIn = async (nc: NatsConnection): Promise<ReadonlyArray<Spending>> => {
  const before = new Map<string, number>();
  const spendings: Spending[] = [];
  await everyMessage(nc, ({ seq, subject, data }) => {
    const previous = before.get(subject) ?? 0;
    before.set(subject, seq);
    if (!subjects.isState(subject)) return;
    const { prev, events = [] } = parsed<{ prev: number; events: ReadonlyArray<Event> }>(data);
    if (prev === previous) spendings.push(...events.filter(({ type }) => type === 'AccessConsumed').map(({ path, read }) => ({ path, id: read.id, readAt: read.seq })));
  });
  return spendings;
};

/** Plays one round: a secret of its own, granted for one read, that everybody asks for at once. `meanwhile` is done while they wait. */
export type Play = (round: number, meanwhile?: () => Promise<void>) => Promise<Once>;

export type OnceRun = {
  readonly play: Play;
  /** The same, always with the same secret, granted again by its prefix. */
  readonly playAgain: (round: number) => Promise<Once>;
};

export const startOnce = async (installation: Replicas): Promise<OnceRun> => {
  const [identity, steps] = [newTokenIdentity(SERVICE), stepsOf(installation)];
  await steps.approved(SERVICE, identity);
  const nc = await Promise.all(Array.from({ length: CONNECTIONS }, installation.connection));
  const wires = await Promise.all(Array.from({ length: READERS }, (_, n) => openWire({ connection: async () => nc[n % CONNECTIONS]! }, ANSWER_MS)));
  const decided: Decided[] = [];
  const admin = { wire: await openWire(installation, ANSWER_MS), identity: installation.identity, decided };
  const askAll = (lane: number, path: string) => Promise.all(wires.map((wire) => ask(wire, { lane, identity, path })));
  const play: Play = async (lane, meanwhile) => {
    const path = pathOf(`once/round/K${lane}`);
    await steps.write(path, `value ${lane}`);
    const about = { service: SERVICE, target: path, seen: 0 as Sequence, reason: null, duration: null, once: true, offline: null };
    await decide(admin, { lane, opens: true, command: { operation: 'access.grant', ...about } });
    const asking = askAll(lane, path);
    await meanwhile?.();
    return { path, asked: await asking };
  };
  const playAgain = async (lane: number): Promise<Once> => {
    const path = pathOf('once/again/KEY');
    await steps.write(path, 'value');
    // What the admin has seen may be late: then it is looked up again.
    await eventually(() => steps.grant(SERVICE, 'once/again/', true).catch(() => undefined), 10_000, 'a new grant');
    return { path, asked: await askAll(lane, path) };
  };
  return { play, playAgain };
};
