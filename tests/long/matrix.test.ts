/** Other faults than a sudden end: a process that is held up, a disk that is full, a clock that jumps. What was promised in each, and what is seen. */
import { setTimeout as delay } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';

import { newHistory } from '../support/history.ts';
import { agesOfValues } from '../support/late-values.ts';
import { doctor } from '../support/doctored.ts';
import { startLoad, type Load } from '../support/load.ts';
import { answersAgain } from '../support/load-progress.ts';
import { startPartition } from '../support/partition.ts';
import { eventually } from '../support/poll.ts';
import { heldAgainstLog } from '../support/recorded.ts';
import { startReplicaProcesses, type ReplicaProcesses } from '../support/replica-processes.ts';
import type { Installation } from '../support/replicas.ts';
import { inLongForm } from '../support/scale.ts';
import { smallDisk } from '../support/small-disk.ts';

/** What is older when it would be delivered is dropped; the rest is for the way and for a machine that is busy. */
const STALE_MS = 2_000;
const ON_THE_WAY_MS = 3_000;
/** So long that what is delivered after it is late in any case. */
const HELD_MS = STALE_MS + ON_THE_WAY_MS + 1_500;
const NOTICED_MS = 20_000;

const whyNot = async ({ replicas }: ReplicaProcesses, replica = 0): Promise<string | undefined> => {
  const answer = await fetch(`${replicas[replica]?.httpUrl() ?? ''}/readyz`);
  return answer.status === 200 ? undefined : ((await answer.json()) as { readonly why: string }).why;
};
const unready = (installation: ReplicaProcesses): Promise<string> => eventually(() => whyNot(installation), NOTICED_MS, '503 on /readyz');

const isReady = (installation: ReplicaProcesses, replica = 0): Promise<true> =>
  eventually(async () => ((await whyNot(installation, replica)) === undefined ? true : undefined), NOTICED_MS, 'it to be ready');

const isWhole = async (t: ExecutionContext, installation: ReplicaProcesses, { told }: Load): Promise<void> => {
  const { unrecorded, lost, values, writes } = await heldAgainstLog(installation, told);
  t.true(values > 0 && writes > 0);
  t.deepEqual([unrecorded, lost], [[], []]);
};

/** What a process is given to run before the program itself. */
const preloaded = (script: string): Readonly<Record<string, string>> => ({ NODE_OPTIONS: `--import=data:text/javascript;base64,${Buffer.from(script).toString('base64')}` });

const lateOnes = async (installation: Installation, { told }: Load): Promise<ReadonlyArray<number>> =>
  (await agesOfValues(installation, told)).filter((age) => age >= STALE_MS + ON_THE_WAY_MS);

type Held = { readonly caught: number; readonly late: ReadonlyArray<number> };

/** Holds up again and again, at least until a read was caught between its record and its delivery. */
const heldUp = async (t: ExecutionContext, installation: ReplicaProcesses, rounds: { readonly least: number; readonly most: number }, hold: () => Promise<void>): Promise<Held> => {
  // Longer than any pause, so that somebody is there to take what comes too late.
  const load = await startLoad(installation, { readers: 8, answerMs: 30_000 });
  let caught = 0;
  for (let round = 0; round < rounds.least || (caught === 0 && round < rounds.most); round += 1) {
    await answersAgain(load.told, 30);
    const before = load.told.length;
    await hold();
    await answersAgain(load.told, 30);
    caught += load.told.slice(before).filter(({ kind, outcome }) => kind === 'read' && outcome === 'unavailable').length;
  }
  await load.stop();
  const late = await lateOnes(installation, load);
  t.log(`${caught} values were too late and not delivered; ${late.length} that were on their way already came late`);
  t.true(caught > 0);
  await isWhole(t, installation, load);
  return { caught, late };
};

/** Does nothing else for that long at SIGUSR2, between two of its tasks: no answer is half on its way then. */
const busyForLong = `process.on('SIGUSR2', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${HELD_MS}));`;

test.serial('a replica that was held up drops what it would deliver too late', async (t) => {
  const installation = await startReplicaProcesses({ servers: 1, replicas: 1, syncAlways: true, special: () => ({ environment: preloaded(busyForLong) }) });
  t.teardown(installation.stop);
  const hold = async (): Promise<void> => installation.replicas[0]?.signal('SIGUSR2');
  const { late } = await heldUp(t, installation, { least: 1, most: 10 }, hold);
  t.deepEqual(late, []);
});

/** What was handed to the connection before a pause arrives after it, however long it was: of what waits, that is the least. */
const stopped = (who: 'nats-server' | 'the replica') => async (t: ExecutionContext): Promise<void> => {
  const installation = await startReplicaProcesses({ servers: 1, replicas: 1, syncAlways: true });
  t.teardown(installation.stop);
  const pid = who === 'nats-server' ? installation.cluster.servers[0]?.server().pid : installation.replicas[0]?.pid();
  const signal = (name: NodeJS.Signals): void => void process.kill(pid ?? 0, name);
  t.teardown(() => signal('SIGCONT'));
  const hold = async (): Promise<void> => {
    signal('SIGSTOP');
    await delay(8_000);
    signal('SIGCONT');
  };
  const { caught, late } = await heldUp(t, installation, { least: 20, most: 20 }, hold);
  t.true(late.length < caught);
};

inLongForm(() => {
  for (const who of ['the replica', 'nats-server'] as const) test.serial(`${who} is stopped and goes on: what waited is not delivered, but for what was on its way`, stopped(who));
});

test.serial('a replica that is cut off from NATS says so and delivers nothing late, and the other one goes on', async (t) => {
  const way = await startPartition();
  t.teardown(way.close);
  const natsUrl = ({ cluster }: Installation): string => way.urlTo(cluster.servers[0]?.port ?? 0);
  const installation = await startReplicaProcesses({ servers: 1, special: (replica) => (replica === 0 ? { natsUrl } : {}) });
  t.teardown(installation.stop);
  // Longer than what is late: somebody is there to take it.
  const load = await startLoad(installation, { readers: 8, answerMs: 2 * HELD_MS });
  await answersAgain(load.told, 30);
  way.cut();
  const held = delay(HELD_MS);
  const silent = async (): Promise<true | undefined> => ((await whyNot(installation)) === 'nothing was heard from the server' ? true : undefined);
  await eventually(silent, NOTICED_MS, 'it to notice the silence');
  await answersAgain(load.told, 5);
  await isReady(installation, 1);
  await held;
  way.heal();
  await isReady(installation);
  await answersAgain(load.told, 30);
  await load.stop();
  t.deepEqual(await lateOnes(installation, load), []);
  await isWhole(t, installation, load);
});

/** Promised: nothing acknowledged is lost, nothing is delivered without its event, everyone is told `unavailable`, and answers come again once there is room. */
const fullDisk = (mayMount: boolean) => async (t: ExecutionContext): Promise<void> => {
  const disk = smallDisk(mayMount);
  t.teardown(disk.remove);
  if (mayMount && disk.kind !== 'file system') t.log('a file system cannot be mounted here: what JetStream may store is bounded in its place');
  const installation = await startReplicaProcesses({ servers: 1, replicas: 1, syncAlways: true, ...disk.options });
  t.teardown(installation.stop);
  // Longer than an acknowledgement is waited for: the first of them are told in the end too.
  const load = await startLoad(installation, { readers: 4, answerMs: 7_000 });
  await answersAgain(load.told, 30);
  await disk.fill(installation);
  const full = performance.now();
  const why = await unready(installation);
  t.regex(why, /the log does not acknowledge what is written \(.+\): see whether nats-server has room on its disk/);
  const since = performance.now();
  const { of } = await doctor(`--nats ${installation.cluster.urls[0] ?? ''} --replica ${installation.replicas[0]?.httpUrl() ?? ''}`);
  t.regex(of('replicas')[0]?.mend ?? '', /make room on the disk of nats-server, then restart/);
  await eventually(() => (load.told.filter(({ asked }) => asked > since).length > 50 ? true : undefined), NOTICED_MS, 'fifty answers');
  const after = load.told.filter(({ asked }) => asked > since);
  t.deepEqual([...new Set(after.map(({ outcome }) => outcome))], ['unavailable']);
  await disk.makeRoom(installation);
  const took = await answersAgain(load.told, 30);
  await load.stop();
  t.log(`${disk.kind} full: noticed after ${Math.round(since - full)} ms; ${after.length} answers then, all unavailable; answers again ${Math.round(took)} ms after there was room`);
  await isWhole(t, installation, load);
};

test.serial('where JetStream has no room left nothing is lost and nothing unrecorded is delivered, everyone is told so, and it goes on once there is room', fullDisk(false));
inLongForm(() => {
  test.serial('the same with a full disk, and nats-server started again', fullDisk(true));
});

/** Its clock jumps by that much at SIGUSR2, and back at the next one. */
const jumpingClock = (ms: number): string => `const now = Date.now; let by = 0; process.on('SIGUSR2', () => { by = by === 0 ? ${ms} : 0; }); Date.now = () => now() + by;`;

const clockJumps = (ms: number): void =>
  test.serial(`a replica whose clock jumps by ${ms / 1000} s says so, writes nothing and delivers nothing until it is right again`, async (t) => {
    const installation = await startReplicaProcesses({ servers: 1, replicas: 1, special: () => ({ environment: preloaded(jumpingClock(ms)) }) });
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

clockJumps(40_000);
inLongForm(() => clockJumps(-40_000));

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
