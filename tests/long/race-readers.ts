/** The readers of a race: each asks for its lane's secret again and again, and all that it was told is kept. */
import { randomId } from '../../crypto/random.ts';
import { barePath } from '../../protocol/operations.ts';
import type { ServiceIdentity } from '../../client/credential.ts';
import { subjects, type Connections } from '../support/clients.ts';
import { until } from '../support/latch.ts';
import { openWire, type Wire } from '../support/wire.ts';
import type { Asked } from './race-checker.ts';

/** The service drops an answer that is older than this. */
export const ANSWER_MS = 2_500;
/** Between two questions, at random: without it reads take the time of the decisions that they should race with. */
const PAUSE_MS_MAX = 40;
/** Longer than any restart of the broker. */
const ANSWERED_MS = 60_000;

export type Seat = { readonly lane: number; readonly identity: ServiceIdentity; readonly path: string };

export type Readers = {
  readonly asked: ReadonlyArray<Asked>;
  /** Settles when somebody on a lane was told something that was asked for after this call. */
  readonly answered: (lane: number) => Promise<void>;
  readonly stop: () => Promise<void>;
};

type Reply = { readonly seq: number; readonly results: ReadonlyArray<{ readonly path: string; readonly outcome: 'value' | 'refused' }> };

/** One question, and what came of it. */
export const ask = async (wire: Wire, { lane, identity, path }: Seat): Promise<Asked> => {
  const [id, sent] = [randomId(), performance.now()];
  const body = { paths: [barePath(path)], offline: false };
  const answer = await wire.asService(identity, `${subjects.get}.${identity.service}`, body, { id }).catch(() => undefined);
  const about = { lane, id, sent, got: performance.now() };
  if (answer?.sealed !== true || answer.refusal !== null) return { ...about, outcome: 'none', seq: 0 };
  const { seq, results } = answer.result as Reply;
  return { ...about, outcome: results[0]?.outcome ?? 'none', seq };
};

type Waiting = { readonly lane: number; readonly since: number; readonly resolve: () => void };

/** Each in a session of its own; a few connections carry them. */
export const startReaders = async (connections: Connections['connection'], seats: ReadonlyArray<Seat>): Promise<Readers> => {
  const nc = await Promise.all(Array.from({ length: 4 }, connections));
  const asked: Asked[] = [];
  const waiting = new Set<Waiting>();
  let over = false;
  const tell = ({ lane, sent }: Asked): void => {
    for (const one of waiting) {
      if (one.lane !== lane || one.since > sent) continue;
      waiting.delete(one);
      one.resolve();
    }
  };
  const read = async (seat: Seat, n: number): Promise<void> => {
    const wire = await openWire({ connection: async () => nc[n % nc.length]! }, ANSWER_MS);
    while (!over) {
      const one = await ask(wire, seat);
      asked.push(one);
      if (one.outcome !== 'none') tell(one);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * PAUSE_MS_MAX));
    }
  };
  const reading = Promise.all(seats.map(read));
  return {
    asked,
    answered: (lane) => until(new Promise<void>((resolve) => void waiting.add({ lane, since: performance.now(), resolve })), ANSWERED_MS, `an answer on lane ${lane}`),
    stop: async () => {
      over = true;
      await reading;
    },
  };
};
