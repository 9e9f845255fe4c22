/** Replicas restarted one after the other under load: nobody who asks once more at most is turned away, and nothing told is missing in the log. */
import test from 'ava';
import { startLoad } from '../support/load.ts';
import { answersAgain } from '../support/load-progress.ts';
import { heldAgainstLog } from '../support/recorded.ts';
import { startReplicaProcesses } from '../support/replica-processes.ts';
import { scaled } from '../support/scale.ts';

const READERS = 8;
/** As long as a client waits. */
const ANSWER_MS = 5_000;
const BETWEEN = 50;

test('replicas are restarted in turn: no request fails that is made once more at most', async (t) => {
  const installation = await startReplicaProcesses({ servers: 1 });
  t.teardown(installation.stop);
  const load = await startLoad(installation, { readers: READERS, answerMs: ANSWER_MS, retries: 1 });
  let restarts = 0;
  await answersAgain(load.told, BETWEEN);
  for (let round = 0; round < scaled(1, 5); round += 1)
    for (const { stop, start } of installation.replicas.slice(0, scaled(1, 2))) {
      await stop();
      await answersAgain(load.told, BETWEEN);
      await start();
      restarts += 1;
      await answersAgain(load.told, BETWEEN);
    }
  await load.stop();
  const failed = load.told.filter(({ outcome }) => outcome !== 'value' && outcome !== 'written');
  const again = load.told.filter(({ tries }) => tries > 1);
  const slowest = Math.max(...load.told.map(({ asked, answered }) => answered - asked));
  const { values, writes, unrecorded, lost } = await heldAgainstLog(installation, load.told);
  t.log(`${restarts} restarts: ${values} values and ${writes} writes, ${again.length} of them at the second attempt, the slowest after ${Math.round(slowest)} ms; ${failed.length} failed`);
  t.deepEqual([failed, unrecorded, lost], [[], [], []]);
});
