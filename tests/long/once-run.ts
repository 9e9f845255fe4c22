/** Grants for one read, each raced for by many readers at the same moment. */
import type { NatsConnection } from 'nats';
import { newTokenIdentity, type ServiceIdentity } from '../../client/credential.ts';
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
/** Whose turn it is in one round after another: reads that give nothing are rationed for each, and each round has 63 of them. */
const SERVICES = Array.from({ length: 16 }, (_, n) => serviceOf(`once-api-${n}`));

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
  const steps = stepsOf(installation);
  const identities = SERVICES.map((service) => newTokenIdentity(service));
  for (const identity of identities) await steps.approved(identity.service, identity);
  const identityIn = (round: number) => identities[round % identities.length]!;
  const nc = await Promise.all(Array.from({ length: CONNECTIONS }, installation.connection));
  const wires = await Promise.all(Array.from({ length: READERS }, (_, n) => openWire({ connection: async () => nc[n % CONNECTIONS]! }, ANSWER_MS)));
  const decided: Decided[] = [];
  const admin = { wire: await openWire(installation, ANSWER_MS), identity: installation.identity, decided };
  const askAll = (identity: ServiceIdentity, lane: number, path: string) => Promise.all(wires.map((wire) => ask(wire, { how: 'get', lane, identity, path })));
  const play: Play = async (lane, meanwhile) => {
    const [identity, path] = [identityIn(lane), pathOf(`once/round/K${lane}`)];
    await steps.write(path, `value ${lane}`);
    const about = { service: identity.service, target: path, seen: 0 as Sequence, reason: null, duration: null, once: true, offline: null };
    await decide(admin, { lane, opens: true, command: { operation: 'access.grant', ...about } });
    const asking = askAll(identity, lane, path);
    await meanwhile?.();
    return { path, asked: await asking };
  };
  const playAgain = async (lane: number): Promise<Once> => {
    const [identity, path] = [identityIn(0), pathOf('once/again/KEY')];
    await steps.write(path, 'value');
    // What the admin has seen may be late: then it is looked up again.
    await eventually(() => steps.grant(identity.service, 'once/again/', true).catch(() => undefined), 10_000, 'a new grant');
    return { path, asked: await askAll(identity, lane, path) };
  };
  return { play, playAgain };
};
