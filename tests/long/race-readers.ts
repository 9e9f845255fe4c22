/** The readers of a race: each asks for its lane's secret again and again, or watches it, and all that it was told is kept. */
import { randomId } from '../../crypto/random.ts';
import { barePath } from '../../protocol/operations.ts';
import type { ServiceIdentity } from '../../client/credential.ts';
import { subjects, type Connections } from '../support/clients.ts';
import { until } from '../support/latch.ts';
import { openWire, type Wire } from '../support/wire.ts';
import type { Asked } from './race-checker.ts';

/** The service drops an answer that is older than this. */
export const ANSWER_MS = 2_500;
/** A question that stays open and that nobody has any more is asked anew after that. */
const WATCHED_MS = 4_000;
/** Between two questions, at random: without it reads take the time of the decisions that they should race with. */
const PAUSE_MS_MAX = 40;
/** Longer than any restart of the broker. */
const ANSWERED_MS = 60_000;

export type Seat = Pick<Asked, 'how' | 'lane'> & { readonly identity: ServiceIdentity; readonly path: string };

export type Readers = {
  readonly asked: ReadonlyArray<Asked>;
  /** Settles when somebody on a lane was told something that was asked for after this call. */
  readonly answered: (lane: number) => Promise<void>;
  readonly stop: () => Promise<void>;
};

type Got = { readonly seq: number; readonly results: ReadonlyArray<{ readonly path: string; readonly outcome: 'value' | 'refused'; readonly version?: number }> };
type Reply = Got | { readonly news: Got | null };

/** A watcher's questions have one name, and say what it was told last: a version, or null for a refusal. */
type Watching = { readonly watch: string; version: number | null };
const newWatching = (): Watching => ({ watch: randomId(), version: null });

const bodyOf = ({ how, path }: Seat, { watch, version }: Watching): object =>
  how === 'get' ? { paths: [barePath(path)], offline: false } : { watch, paths: [{ ...barePath(path), version }], offline: false };

/** One question, and what came of it. */
export const ask = async (wire: Wire, seat: Seat, watching = newWatching()): Promise<Asked> => {
  const { how, lane, identity } = seat;
  const [id, sent] = [randomId(), performance.now()];
  const answer = await wire.asService(identity, `${subjects[how]}.${identity.service}`, bodyOf(seat, watching), { id }).catch(() => undefined);
  const about = { how, lane, id, sent, got: performance.now() };
  const reply = answer?.sealed === true && answer.refusal === null ? (answer.result as Reply) : undefined;
  const got = reply !== undefined && 'news' in reply ? reply.news : reply;
  const [result] = got?.results ?? [];
  if (got === undefined || got === null || result === undefined) return { ...about, outcome: 'none', seq: 0 };
  watching.version = result.version ?? null;
  return { ...about, outcome: result.outcome, seq: got.seq };
};

type Waiting = { readonly lane: number; readonly since: number; readonly resolve: () => void };

/** Each in a session of its own; a few connections carry them. */
export const startReaders = async (connections: Connections['connection'], seats: ReadonlyArray<Seat>): Promise<Readers> => {
  const nc = await Promise.all(Array.from({ length: 4 }, connections));
  const asked: Asked[] = [];
  const waiting = new Set<Waiting>();
  let end = (): void => undefined;
  const ended = new Promise<undefined>((resolve) => (end = () => resolve(undefined)));
  const tell = ({ lane, sent }: Asked): void => {
    for (const one of waiting) {
      if (one.lane !== lane || one.since > sent) continue;
      waiting.delete(one);
      one.resolve();
    }
  };
  const read = async (seat: Seat, n: number): Promise<void> => {
    const wire = await openWire({ connection: async () => nc[n % nc.length]! }, seat.how === 'get' ? ANSWER_MS : WATCHED_MS);
    const watching = newWatching();
    for (;;) {
      // A question that is open is not waited for at the end.
      const one = await Promise.race([ask(wire, seat, watching), ended]);
      if (one === undefined) return;
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
      end();
      await reading;
    },
  };
};
