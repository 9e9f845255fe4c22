/** Other faults than a sudden end: a process that is held up, a disk that is full, a clock that jumps. What was promised in each, and what is seen. */
import { setTimeout as delay } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';

import { newHistory } from '../support/history.ts';
import { oldestValue } from '../support/late-values.ts';
import { startLoad, type Load } from '../support/load.ts';
import { answersAgain } from '../support/load-progress.ts';
import { startPartition } from '../support/partition.ts';
import { eventually } from '../support/poll.ts';
import { heldAgainstLog } from '../support/recorded.ts';
import { startReplicaProcesses, type ReplicaProcesses } from '../support/replica-processes.ts';
import type { Installation } from '../support/replicas.ts';
import { inLongForm, scaled } from '../support/scale.ts';

/** What is older when it would be delivered is dropped; the rest is for the way and for a machine that is busy. */
const STALE_MS = 2_000;
const ON_THE_WAY_MS = 1_000;
const NOTICED_MS = 20_000;

const whyNot = async ({ replicas }: ReplicaProcesses, replica = 0): Promise<string | undefined> => {
  const answer = await fetch(`${replicas[replica]?.httpUrl() ?? ''}/readyz`);
  return answer.status === 200 ? undefined : ((await answer.json()) as { readonly why: string }).why;
};
const unready = (installation: ReplicaProcesses): Promise<string> => eventually(() => whyNot(installation), NOTICED_MS, '503 on /readyz');

const isWhole = async (t: ExecutionContext, installation: ReplicaProcesses, { told }: Load): Promise<void> => {
  const { unrecorded, lost, values, writes } = await heldAgainstLog(installation, told);
  t.true(values > 0 && writes > 0);
  t.deepEqual([unrecorded, lost], [[], []]);
};

/** Held up again and again, until a read was caught between its record and its delivery. */
const heldUp = (who: 'nats-server' | 'the replica') => async (t: ExecutionContext): Promise<void> => {
  const installation = await startReplicaProcesses({ servers: 1, replicas: 1, syncAlways: true });
  t.teardown(installation.stop);
  const pid = who === 'nats-server' ? installation.cluster.servers[0]?.server().pid : installation.replicas[0]?.pid();
  // Longer than the pause, so that somebody is there to take what comes too late.
  const load = await startLoad(installation, { readers: 8, answerMs: 30_000 });
  const signal = (name: NodeJS.Signals): void => void process.kill(pid ?? 0, name);
  t.teardown(() => signal('SIGCONT'));
  let caught = 0;
  for (let round = 0; round < scaled(3, 20) && (caught === 0 || scaled(0, 1) === 1); round += 1) {
    await answersAgain(load.told, 30);
    const before = load.told.length;
    signal('SIGSTOP');
    await delay(scaled(STALE_MS + 500, 8_000));
    signal('SIGCONT');
    await answersAgain(load.told, 30);
    caught += load.told.slice(before).filter(({ kind, outcome }) => kind === 'read' && outcome === 'unavailable').length;
  }
  await load.stop();
  const oldest = await oldestValue(installation, load.told);
  t.log(`${who} held up: ${caught} values were too late and not delivered; the oldest that was delivered was ${Math.round(oldest)} ms old`);
  t.true(caught > 0);
  t.true(oldest < STALE_MS + ON_THE_WAY_MS);
  await isWhole(t, installation, load);
};

test.serial('a replica that was held up drops what it would deliver too late', heldUp('the replica'));
inLongForm(() => {
  test.serial('after nats-server was held up nothing is delivered that was decided before', heldUp('nats-server'));
});

test.serial('a replica that is cut off from NATS says so and delivers nothing late, and the other one goes on', async (t) => {
  const way = await startPartition();
  t.teardown(way.close);
  const natsUrl = ({ cluster }: Installation): string => way.urlTo(cluster.servers[0]?.port ?? 0);
  const installation = await startReplicaProcesses({ servers: 1, special: (replica) => (replica === 0 ? { natsUrl } : {}) });
  t.teardown(installation.stop);
  // Longer than what is late: somebody is there to take it.
  const load = await startLoad(installation, { readers: 8, answerMs: STALE_MS + 1_500 });
  await answersAgain(load.told, 30);
  way.cut();
  t.is(await unready(installation), 'nothing was heard from the server');
  await answersAgain(load.told, 5);
  t.is(await whyNot(installation, 1), undefined);
  way.heal();
  await eventually(async () => ((await whyNot(installation)) === undefined ? true : undefined), NOTICED_MS, 'it to be ready again');
  await answersAgain(load.told, 30);
  await load.stop();
  t.true((await oldestValue(installation, load.told)) < STALE_MS + ON_THE_WAY_MS);
  await isWhole(t, installation, load);
});

/** Its clock jumps by that much at SIGUSR2, and back at the next one. */
const jumpingClock = (ms: number): Readonly<Record<string, string>> => {
  const script = `const now = Date.now; let by = 0; process.on('SIGUSR2', () => { by = by === 0 ? ${ms} : 0; }); Date.now = () => now() + by;`;
  return { NODE_OPTIONS: `--import=data:text/javascript;base64,${Buffer.from(script).toString('base64')}` };
};

for (const ms of [40_000, -40_000])
  test.serial(`a replica whose clock jumps by ${ms / 1000} s says so, writes nothing and delivers nothing until it is right again`, async (t) => {
    const installation = await startReplicaProcesses({ servers: 1, replicas: 1, special: () => ({ environment: jumpingClock(ms) }) });
    t.teardown(installation.stop);
    const load = await startLoad(installation, { readers: 2, answerMs: 5_000 });
    await answersAgain(load.told, 10);
    installation.replicas[0]?.signal('SIGUSR2');
    const jumped = performance.now();
    const why = await unready(installation);
    t.regex(why, ms > 0 ? /the clock here is (39|40) s ahead of the one of nats-server/ : /the clock here is (39|40) s behind the one of nats-server/);
    const noticed = performance.now();
    await eventually(() => (load.told.filter(({ asked }) => asked > noticed).length > 10 ? true : undefined), NOTICED_MS, 'ten more answers');
    const after = load.told.filter(({ asked }) => asked > noticed);
    t.deepEqual([...new Set(after.map(({ outcome }) => outcome))], ['unavailable']);
    installation.replicas[0]?.signal('SIGUSR2');
    const took = await answersAgain(load.told, 10);
    await load.stop();
    t.log(`clock jumped by ${ms} ms: noticed after ${Math.round(noticed - jumped)} ms, answers again ${Math.round(took)} ms after it was right`);
    await isWhole(t, installation, load);
  });

test('when the clock of the log jumps back, no grant that was over comes to life again', (t) => {
  const history = newHistory();
  history.write('prod/clock/KEY');
  const credential = history.approved('clock-api');
  history.grant('clock-api', 'prod/clock/KEY', { duration: 60_000 });
  const outcome = (): string => {
    const { verdict } = history.read({ service: 'clock-api', credential, paths: ['prod/clock/KEY'] });
    return verdict._tag === 'read' ? (verdict.outcomes[0]?.[0]?.result ?? 'none') : verdict._tag;
  };
  t.not(outcome(), 'refused');
  history.pass(61_000);
  t.is(outcome(), 'refused');
  history.write('prod/clock/OTHER');
  history.pass(-50_000);
  t.is(outcome(), 'refused');
});
