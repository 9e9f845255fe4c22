/**
 * One process that sends as fast as it can: unknown session keys, unknown tokens, registrations, random paths with a credential
 * that is approved. Who asks honestly beside it is answered, and neither the service nor its log grows for it.
 */
import test from 'ava';
import { startFloodRig, HONEST_PATH, type FloodRig, type Load } from '../../bench/flood-rig.ts';
import { REFUSED_READS } from '../../services/operations/read.ts';
import { scaled } from '../support/scale.ts';

const FLOOD_MS = scaled(500, 150_000);
const MB = 1024 * 1024;

const rig: FloodRig = await startFloodRig({ syncAlways: true });
test.after.always(() => rig.stop());

/** Asks one after another. A request that is not answered within its time, with the client's own retries, rejects. */
const askHonestly = async (ms: number): Promise<number> => {
  let answered = 0;
  for (const end = Date.now() + ms; Date.now() < end; answered += 1) await rig.honest.get(HONEST_PATH);
  return answered;
};

type Grown = { readonly before: Load; readonly after: Load; readonly sent: number; readonly answered: number; readonly seconds: number };

const flooded = async (kind: Parameters<FloodRig['flood']>[0]): Promise<Grown> => {
  const before = await rig.load();
  const began = Date.now();
  const flood = await rig.flood(kind);
  const answered = await askHonestly(FLOOD_MS);
  const sent = await flood.end();
  return { before, after: await rig.load(), sent, answered, seconds: (Date.now() - began) / 1000 };
};

/** About what one honest read takes in the log, with what NATS stores beside it, and what a second of sums takes. */
const READ_BYTES = 1_000;

/** How much the log may grow for each flood, beside the honest reads. */
const LOG_BYTES_MAX: Readonly<Record<string, (seconds: number) => number>> = {
  sessions: (seconds) => seconds * READ_BYTES,
  tokens: (seconds) => seconds * READ_BYTES,
  // A thousand may be pending, whatever comes after.
  registrations: (seconds) => 1_100 * 2_000 + seconds * READ_BYTES,
  // Cards and stubs, a hundred each; and reads that gave nothing, with those that were under way when the limit was met.
  paths: (seconds) => 200 * 2_000 + (REFUSED_READS.atOnce + 2_048 + seconds * (REFUSED_READS.perSecond + 1)) * READ_BYTES,
};

for (const kind of ['sessions', 'tokens', 'registrations', 'paths'] as const)
  test.serial(`a flood of ${kind}: every honest request is answered, memory and log stay bounded`, async (t) => {
    const { before, after, sent, answered, seconds } = await flooded(kind);
    const logGrowth = after.bytes - before.bytes;
    const memoryGrowth = after.rssBytes - before.rssBytes;
    t.log(`${sent} sent, ${answered} honest answers, log +${logGrowth} bytes and +${after.messages - before.messages} messages, memory +${Math.round(memoryGrowth / MB)} MB, ${Math.round(seconds)} s`);
    t.true(sent > 0 && answered > 0);
    t.true(logGrowth <= LOG_BYTES_MAX[kind]!(seconds) + answered * READ_BYTES, `the log grew by ${logGrowth} bytes`);
    // What waits is at most 64 MB, and the heap of Node grows before it is swept.
    t.true(memoryGrowth <= 160 * MB, `memory grew by ${memoryGrowth} bytes`);
  });

test.serial('after them the service is as quick to answer as before: nothing is left over', async (t) => {
  t.true((await askHonestly(500)) > 0);
});
