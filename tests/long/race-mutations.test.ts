/** What the race is worth: each defence of the log is taken out in turn, and the race must show it; with all of them it shows nothing. */
import test, { type ExecutionContext } from 'ava';
import { startReplicas, type Special } from '../support/replicas.ts';
import { violationsIn, type Violation } from './race-checker.ts';
import { lagging } from './race-lag.ts';
import { mutant, type Mutation } from './race-mutant.ts';
import { startRace } from './race-run.ts';

const ROUNDS_MAX = 240;
const ROUNDS_AT_ONCE = 8;
const LAG_MS = 150;

type Found = { readonly rounds: number; readonly violations: ReadonlyArray<Violation>; readonly stopped: string };

/** Rounds until something is found: a few at a time, and what was found ends it. */
const race = async (t: ExecutionContext, special: Special, roundsMax: number): Promise<Found> => {
  const installation = await startReplicas({ servers: 1, broker: lagging(LAG_MS), ...special });
  t.teardown(installation.stop);
  const running = await startRace(installation);
  let found: Found = { rounds: 0, violations: [], stopped: '' };
  while (found.rounds < roundsMax && found.violations.length === 0 && found.stopped === '') {
    const stopped = await running.run(ROUNDS_AT_ONCE).then(() => '', String);
    found = { rounds: running.rounds(), violations: violationsIn(await running.history()), stopped };
  }
  await running.stop();
  return found;
};

const READ = "import { decideRead } from '../../events/read/decide.ts';\n";
const decidedNow = 'decideRead(replica.fold.world, attempt, Math.max(replica.fold.world.now, Date.now()))';

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'a read is decided before it is appended': {
    file: 'services/log/commit.ts',
    changes: [
      ["import { makeQueues }", `${READ}import { makeQueues }`],
      ['  let acknowledged = false;\n', `  let acknowledged = false;\n  const early = entries.map(({ attempt }) => ${decidedNow});\n`],
      ['verdict.outcomes.map((outcomes)', 'early.map((outcomes)'],
    ],
  },
  'a read is answered when it is acknowledged, whether it is folded or not': {
    file: 'services/log/commit.ts',
    changes: [
      ["import { makeQueues }", `${READ}import { makeQueues }`],
      ['    acknowledge: () => {\n', `    acknowledge: (seq: number) => {\n      committed ??= entries.map(({ attempt }) => ({ seq, messageHash: messageHash(draft.data), outcomes: ${decidedNow} }));\n`],
      ['pending.acknowledge();', 'pending.acknowledge(appended.right);'],
    ],
  },
  'the MAC of a message is not checked': {
    file: 'events/fold/accept.ts',
    changes: [["crypto.equal(`${key}.${mac}`, message.mac) ? undefined : 'mac'", "crypto.equal(`${key}.${mac}`, message.mac) ? undefined : undefined"]],
  },
  'what truly comes before a message is not checked': {
    file: 'events/fold/accept.ts',
    changes: [
      ['forgery(world, crypto, message, prev);', "forgery(world, crypto, message, parseRecord(message.data, isState)?.prev ?? prev);"],
      ["  if (record.prev !== prev) return skipped('prev');\n", ''],
    ],
  },
};

for (const [title, mutation] of Object.entries(MUTATIONS))
  test.serial(`found: ${title}`, async (t) => {
    const { rounds, violations, stopped } = await race(t, { startService: await mutant(mutation) }, ROUNDS_MAX);
    const whats = violations.map(({ what }) => what);
    t.log(`after ${rounds} rounds: ${[...new Set(whats)].join(', ')} ${stopped}`);
    t.true(whats.some((what) => what.startsWith('value')));
  });

test.serial('with all of its defences the same race finds nothing', async (t) => {
  const { rounds, violations, stopped } = await race(t, {}, 2 * ROUNDS_AT_ONCE);
  t.deepEqual({ rounds, violations, stopped }, { rounds: 2 * ROUNDS_AT_ONCE, violations: [], stopped: '' });
});
