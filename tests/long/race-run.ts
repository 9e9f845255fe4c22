/** A race on an installation: readers on several lanes, admins who open and close them, an intruder, and a broker that is killed now and then. */
import { newTokenIdentity } from '../../client/credential.ts';
import { subjects } from '../support/clients.ts';
import type { Replicas } from '../support/replicas.ts';
import { serviceOf, stepsOf } from '../support/steps.ts';
import { openWire } from '../support/wire.ts';
import type { Decided, History } from './race-checker.ts';
import { startIntruder, type Intruder } from './race-intruder.ts';
import { accessCourse, namesOf, secretCourse, type Course } from './race-lanes.ts';
import { startReaders, type Readers, type Seat } from './race-readers.ts';
import { heldBy } from './race-stream.ts';

export type Race = {
  /** That many rounds, shared by the lanes: one opening and one close each, both seen by a reader. Rejects if a decision was refused. */
  readonly run: (rounds: number) => Promise<void>;
  /** Kills the server that leads the log, and starts it again. Settles when all servers have everything. */
  readonly killBroker: () => Promise<void>;
  readonly rounds: () => number;
  readonly published: Intruder['published'];
  /** Everything up to now; the readers go on meanwhile. */
  readonly history: () => Promise<History>;
  readonly stop: () => Promise<void>;
};

const READERS = 32;
const WATCHERS = 12;
const LANES = 4;
const ADMIN_ANSWER_MS = 2_500;

const seatsOf = async (installation: Replicas, lanes: number): Promise<ReadonlyArray<Seat>> => {
  const steps = stepsOf(installation);
  const identities = Array.from({ length: lanes }, (_, lane) => newTokenIdentity(serviceOf(`race-${lane}`)));
  for (const [lane, identity] of identities.entries()) {
    await steps.approved(identity.service, identity);
    await steps.write(namesOf(lane).path, `value of lane ${lane}`);
  }
  return Array.from({ length: READERS + WATCHERS }, (_, n) => ({ how: n < READERS ? 'get' : 'watch', lane: n % lanes, identity: identities[n % lanes]!, path: namesOf(n % lanes).path }));
};

/** The last lane is one of a secret that is enabled and disabled; the others are of grants. */
const coursesOf = async (installation: Replicas, decided: Decided[], lanes: number): Promise<ReadonlyArray<Course>> => {
  const { identity } = installation;
  const wires = await Promise.all(Array.from({ length: lanes }, () => openWire(installation, ADMIN_ANSWER_MS)));
  await stepsOf(installation).grant(namesOf(lanes - 1).service, namesOf(lanes - 1).prefix);
  return wires.map((wire, lane) => (lane === lanes - 1 ? secretCourse : accessCourse)({ wire, identity, decided }, lane));
};

const round = async ({ open, close }: Course, lane: number, readers: Readers): Promise<void> => {
  await open();
  await readers.answered(lane);
  await close();
  await readers.answered(lane);
};

/** Kills the server that leads the log, and starts it again. Settles when all servers have everything. */
export const killLeader = async ({ cluster, connected }: Replicas): Promise<void> => {
  const leader = await cluster.leaderOf(subjects.stream);
  await cluster.kill9(leader);
  await cluster.restart(leader);
  await connected();
  await cluster.settled();
};

export const startRace = async (installation: Replicas, lanes = LANES): Promise<Race> => {
  const decided: Decided[] = [];
  const seats = await seatsOf(installation, lanes);
  const courses = await coursesOf(installation, decided, lanes);
  // The secret was enabled from the beginning: its lane starts with a close.
  await courses.at(-1)?.close();
  const intruder = await startIntruder(await installation.connection());
  const readers = await startReaders(installation.connection, seats);
  const own = await installation.connection();
  let rounds = 0;
  const run = async (wanted: number): Promise<void> => {
    const end = rounds + wanted;
    const goOn = async (course: Course, lane: number): Promise<void> => {
      while (rounds < end) {
        rounds += 1;
        await round(course, lane, readers);
      }
    };
    await Promise.all(courses.map(goOn));
  };
  return {
    ...{ run, rounds: () => rounds, published: intruder.published, killBroker: () => killLeader(installation) },
    history: async () => {
      const asked = [...readers.asked];
      return { lanes: courses.map(({ lane }) => lane), asked, decided: [...decided], held: await heldBy(own) };
    },
    stop: async () => {
      intruder.stop();
      await readers.stop();
    },
  };
};
