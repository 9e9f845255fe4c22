/** The race as a test: so many rounds on one nats-server or on a cluster, with so many deaths of the server that leads the log. */
import type { ExecutionContext } from 'ava';
import { eventually } from '../support/poll.ts';
import { startReplicas } from '../support/replicas.ts';
import { violationsIn, type History } from './race-checker.ts';
import { startRace, type Race } from './race-run.ts';

export type Case = { readonly servers: 1 | 3; readonly rounds: number; readonly kills: number };

const LIMIT_MS = 60 * 60_000;

/** Spread over the rounds, while they go on. */
const killNowAndThen = async (race: Race, { rounds, kills }: Case): Promise<void> => {
  for (let kill = 1; kill <= kills; kill += 1) {
    const due = Math.floor((kill * rounds) / (kills + 1));
    await eventually(() => (race.rounds() >= due ? true : undefined), LIMIT_MS, `round ${due}`);
    await race.killBroker();
  }
};

const figuresOf = ({ asked, decided, held }: History) => {
  const of = (outcome: string) => asked.filter((one) => one.outcome === outcome).length;
  const watched = asked.filter(({ how, outcome }) => how === 'watch' && outcome !== 'none').length;
  return { values: of('value'), refused: of('refused'), unanswered: of('none'), watched, decisions: decided.filter(({ outcome }) => outcome === 'done').length, messages: held.subjects.size };
};

/** Nothing is found only if there was something to find: both outcomes on every lane, to those who ask and to those who wait, from both replicas. */
const wasARace = (t: ExecutionContext, { lanes, asked, held }: History): void => {
  for (const how of ['get', 'watch'] as const)
    for (const outcome of ['value', 'refused'] as const)
      t.is(new Set(asked.filter((one) => one.how === how && one.outcome === outcome).map(({ lane }) => lane)).size, lanes.length, `${how} ${outcome}`);
  t.true(new Set(asked.filter(({ outcome }) => outcome === 'value').map(({ seq }) => held.subjects.get(seq))).size >= 2);
};

export const raceCase = async (t: ExecutionContext, wanted: Case): Promise<void> => {
  const installation = await startReplicas({ servers: wanted.servers });
  t.teardown(installation.stop);
  const race = await startRace(installation);
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  await Promise.all([race.run(wanted.rounds), killNowAndThen(race, wanted)]);
  const [seconds, used] = [Math.round((performance.now() - began) / 1000), process.cpuUsage(cpu)];
  await race.stop();
  const history = await race.history();
  const violations = violationsIn(history);
  t.log(`${wanted.servers} server(s), ${race.rounds()} rounds, ${wanted.kills} kills in ${seconds} s, ${Math.round((used.user + used.system) / 1e6)} s of it computing here`, { ...figuresOf(history), ...race.published() });
  t.is(violations.length, 0, JSON.stringify(violations.slice(0, 10)));
  wasARace(t, history);
  t.true(race.published().forged > 0 && race.published().repeated > 0);
};
