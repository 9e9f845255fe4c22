/** Two replicas, 64 readers at the same moment, and a grant for one read: one of them gets the value. */
import test, { type ExecutionContext } from 'ava';
import { startReplicas, type ReplicasOptions, type Replicas } from '../support/replicas.ts';
import { scaled } from '../support/scale.ts';
import { onceViolationsIn, type Once } from './once-checker.ts';
import { spendingsIn, startOnce } from './once-run.ts';
import { startIntruder } from './race-intruder.ts';
import { killLeader } from './race-run.ts';

const judged = async (t: ExecutionContext, installation: Replicas, rounds: ReadonlyArray<Once>): Promise<void> => {
  const spendings = await spendingsIn(await installation.connection());
  t.deepEqual(onceViolationsIn(rounds, spendings), []);
  // At most once in the log too, whoever was told.
  t.is(new Set(spendings.map(({ path }) => path)).size, spendings.length);
  const values = rounds.flatMap(({ asked }) => asked).filter(({ outcome }) => outcome === 'value').length;
  t.log(`${rounds.length} rounds, ${values} values, ${spendings.length} spendings`);
};

const begin = async (t: ExecutionContext, options: ReplicasOptions) => {
  const installation = await startReplicas(options);
  t.teardown(installation.stop);
  return { installation, ...(await startOnce(installation)) };
};

for (const servers of [1, 3] as const)
  test.serial(`without faults exactly one of 64 readers gets what is granted once, on ${servers} server(s)`, async (t) => {
    const { installation, play } = await begin(t, { servers });
    const rounds: Once[] = [];
    const wanted = scaled(servers === 1 ? 8 : 4, 1_000);
    // Who is told nothing, because the machine stood still for two seconds, may be the one: that round is played again.
    const told = () => rounds.filter(({ asked }) => asked.every(({ outcome }) => outcome !== 'none'));
    for (let round = 0; told().length < wanted && round < 2 * wanted; round += 1) rounds.push(await play(round));
    await judged(t, installation, rounds);
    const given = told().filter(({ asked }) => asked.some(({ outcome }) => outcome === 'value'));
    t.is(given.length, wanted);
  });

test.serial('with an intruder, and a server that is killed in the middle, never more than one', async (t) => {
  const { installation, play } = await begin(t, { servers: 1 });
  const intruder = await startIntruder(await installation.connection());
  const rounds: Once[] = [];
  for (let round = 0; round < scaled(3, 1_000); round += 1) {
    rounds.push(await play(round, round % 3 === 2 ? () => killLeader(installation) : undefined));
  }
  intruder.stop();
  await judged(t, installation, rounds);
});
