/** Calls that nobody would make, of a real service in which everything is offered, by all who can be let in. */
import test from 'ava';
import fc from 'fast-check';
import { makeCallers } from './support/fuzz-callers.ts';
import { callsTo } from './support/http.ts';
import { anyBytes, callOfEach, tryBytes, tryCall, wildCall, type Wild } from './support/http-fuzz.ts';
import { startJetlock } from './support/jetlock.ts';
import { eventually } from './support/poll.ts';
import { scaled } from './support/scale.ts';

const logs: string[] = [];
const jetlock = await startJetlock({ namespaces: { keyInUrl: true }, logLevel: 'debug', logTo: { write: (line) => void logs.push(line) } });
const { identity } = jetlock;
const base = jetlock.service().httpUrl;
test.after.always(() => jetlock.stop());

/** Nothing unforeseen has come up: that is told in the log alone. */
const defects = () => logs.filter((line) => line.includes('"message":"defect"'));

test.serial('whatever is sent to whichever route is answered soundly, and stops nothing', async (t) => {
  const callers = makeCallers(jetlock);
  const one = fc.asyncProperty(wildCall(identity), async (wild) => {
    const wrong = await tryCall(base, callers, wild);
    if (wrong !== undefined) throw new Error(wrong);
  });
  const upwards: Wild = { method: 'GET', path: '/admins/../keys', caller: 'nobody', headers: {}, body: undefined };
  const each: ReadonlyArray<Wild> = [...callOfEach(identity), { method: 'HEAD', path: '/events', caller: 'session', headers: {}, body: undefined }];
  await t.notThrowsAsync(fc.assert(one, { numRuns: 1 + each.length + scaled(80, 10_000), includeErrorInReport: true, examples: [upwards, ...each].map((wild) => [wild] as [Wild]) }));
  await t.notThrowsAsync(fc.assert(fc.asyncProperty(anyBytes, async (bytes) => t.is(await tryBytes(base, bytes), undefined)), { numRuns: scaled(15, 2_000) }));
  t.deepEqual(defects(), []);
  t.deepEqual(logs.filter((line) => /jlk_[\w-]{43}/.test(line) && !line.includes('A'.repeat(43))), []);
  await eventually(async () => ((await callsTo(base)('GET', '/readyz')).status === 200 ? true : undefined), 60_000, 'it to be ready');
});
