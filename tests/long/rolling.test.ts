/** Replicas restarted one after the other under load: nobody who asks once more at most is turned away, and nothing told is missing in the log. */
import test, { type ExecutionContext } from 'ava';
import { heldAgainstLog } from '../support/recorded.ts';
import { startLoad, type Told } from '../support/load.ts';
import { eventually } from '../support/poll.ts';
import { startReplicaProcesses, type ReplicaProcess } from '../support/replica-processes.ts';
import { scaled } from '../support/scale.ts';

const READERS = 8;
/** As long as a client waits. */
const ANSWER_MS = 5_000;
const PROGRESS_MS = 20_000;

/** The load goes on: that many more answers. */
const progress = (told: ReadonlyArray<Told>, count: number): Promise<true> => {
  const wanted = told.length + count;
  return eventually(() => (told.length >= wanted ? true : undefined), PROGRESS_MS, `${count} answers`);
};

const restart = async ({ stop, start }: ReplicaProcess, told: ReadonlyArray<Told>): Promise<void> => {
  await stop();
  await progress(told, 50);
  await start();
  await progress(told, 50);
};

const without = async (t: ExecutionContext, retries: number): Promise<void> => {
  const installation = await startReplicaProcesses({ servers: 1 });
  t.teardown(installation.stop);
  const load = await startLoad(installation, { readers: READERS, answerMs: ANSWER_MS, retries });
  await progress(load.told, 50);
  for (let round = 0; round < scaled(1, 10); round += 1) for (const replica of installation.replicas) await restart(replica, load.told);
  await load.stop();
  const failed = load.told.filter(({ outcome }) => outcome !== 'value' && outcome !== 'written');
  const slowest = Math.max(...load.told.map(({ asked, answered }) => answered - asked));
  const { values, writes, unrecorded, lost } = await heldAgainstLog(installation, load.told);
  t.log(`${values} values, ${writes} writes, slowest answer ${Math.round(slowest)} ms, ${failed.length} failed`);
  t.deepEqual([failed, unrecorded, lost], [[], [], []]);
};

test.serial('none', (t) => without(t, 0));
