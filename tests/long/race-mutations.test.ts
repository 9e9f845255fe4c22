/** What the race is worth: each defence of the log is taken out in turn, and the race must show it; with all of them it shows nothing. */
import test, { type ExecutionContext } from 'ava';
import { startReplicas, type Special } from '../support/replicas.ts';
import { inLongForm } from '../support/scale.ts';
import { onceViolationsIn, type Once } from './once-checker.ts';
import { spendingsIn, startOnce } from './once-run.ts';
import { violationsIn, type Violation } from './race-checker.ts';
import { startIntruder } from './race-intruder.ts';
import { lagging } from './race-lag.ts';
import { mutant, type Mutation } from './race-mutant.ts';
import { startRace } from './race-run.ts';

const ROUNDS_MAX = 240;
const ROUNDS_AT_ONCE = 8;
/** How late the second replica is: where a fold is not waited for, that shows; elsewhere both are to write at the same time. */
const LATE_MS = 150;

type Raced = { readonly rounds: number; readonly violations: ReadonlyArray<Violation>; readonly stopped: string };
type Found = { readonly rounds: number; readonly whats: ReadonlyArray<string> };

/** Rounds until something is found: a few at a time, and what was found ends it. */
const race = async (t: ExecutionContext, special: Special, lagMs: number, roundsMax = ROUNDS_MAX): Promise<Raced> => {
  const installation = await startReplicas({ servers: 1, broker: lagging(lagMs), ...special });
  t.teardown(installation.stop);
  const running = await startRace(installation);
  let found: Raced = { rounds: 0, violations: [], stopped: '' };
  while (found.rounds < roundsMax && found.violations.length === 0 && found.stopped === '') {
    const stopped = await running.run(ROUNDS_AT_ONCE).then(() => '', String);
    found = { rounds: running.rounds(), violations: violationsIn(await running.history()), stopped };
  }
  await running.stop();
  return found;
};

const RACES_MAX = 3;

/** What was forged can also make an honest command come too late before anybody has read: then the race has ended with nothing found. */
const raceAgain = async (t: ExecutionContext, special: Special, lagMs: number, racesLeft = RACES_MAX - 1): Promise<Raced> => {
  const raced = await race(t, special, lagMs);
  return raced.stopped !== '' && raced.violations.length === 0 && racesLeft > 0 ? raceAgain(t, special, lagMs, racesLeft - 1) : raced;
};

const READ = "import { decideRead } from '../../events/read/decide.ts';\n";
const decidedNow = 'decideRead(replica.fold.world, attempt, Math.max(replica.fold.world.now, Date.now()))';

const MUTATIONS: Readonly<Record<string, Mutation & { readonly lagMs: number }>> = {
  'a read is decided before it is appended': {
    lagMs: LATE_MS,
    file: 'services/log/commit.ts',
    changes: [
      ["import { makeQueues }", `${READ}import { makeQueues }`],
      ['  let acknowledged = false;\n', `  let acknowledged = false;\n  const early = entries.map(({ attempt }) => ${decidedNow});\n`],
      ['committedAt(place, verdict)', 'committedAt(place, { ...verdict, outcomes: early })'],
    ],
  },
  'a read is answered when it is acknowledged, whether it is folded or not': {
    lagMs: LATE_MS,
    file: 'services/log/commit.ts',
    changes: [
      ["import { makeQueues }", `${READ}import { makeQueues }`],
      ['    acknowledge: () => {\n', `    acknowledge: (seq: number) => {\n      committed ??= { paths: entries.map(({ attempt }) => ({ seq, messageHash: messageHash(draft.data), outcomes: ${decidedNow} })), namespaces: [] };\n`],
      ['pending.acknowledge();', 'pending.acknowledge(appended.right);'],
    ],
  },
  'who waits is answered by what was decided when it was woken': {
    lagMs: LATE_MS,
    file: 'services/operations/watch.ts',
    changes: [
      [
        'read(question.asker, news, question.asked.offline);',
        `early(await Promise.all([decided(), read(question.asker, news, question.asked.offline)]));`,
      ],
      [
        '    const news = newsOf(replica, question);\n',
        `    const news = newsOf(replica, question);
    const { service, credential } = question.asker;
    const decided = () => Promise.all(decideRead(replica.fold.world, { service, credential: credential.fingerprint, paths: news.map(({ path }) => path), offline: false }, replica.fold.world.now)
      .map(async (one) => one.result === 'refused' ? { path: one.path, outcome: 'refused' } : { path: one.path, outcome: 'value', version: one.version.version, offlineUntil: null, value: await values.told(one.path, one.version) }));
    const early = ([results, reply]) => map((got) => ({ ...got, results }))(reply);\n`,
      ],
      ['  ({ replica, read }: WatchParts) =>', '  ({ replica, read, values }: WatchParts) =>'],
    ],
  },
  'the MAC of a message is not checked': {
    lagMs: 0,
    file: 'events/fold/accept.ts',
    changes: [["crypto.equal(`${key}.${mac}`, message.mac) ? undefined : 'mac'", "crypto.equal(`${key}.${mac}`, message.mac) ? undefined : undefined"]],
  },
};

for (const [title, mutation] of Object.entries(MUTATIONS))
  test.serial(`found: ${title}`, async (t) => {
    const { rounds, violations, stopped } = await raceAgain(t, { startService: await mutant(mutation) }, mutation.lagMs);
    const whats = violations.map(({ what }) => what);
    t.log(`after ${rounds} rounds: ${[...new Set(whats)].join(', ')} ${stopped}`);
    t.true(whats.some((what) => what.startsWith('value')));
  });

const NO_PREV: Mutation = {
  file: 'events/fold/accept.ts',
  changes: [
    ['forgery(world, crypto, message, prev);', 'forgery(world, crypto, message, parseRecord(message.data, isState)?.prev ?? prev);'],
    ["  if (record.prev !== prev) return skipped('prev');\n", ''],
  ],
};
const GRANTS_MAX = 100;

/**
 * Of an admin's commands each is used up, and a grant names what its admin had seen: without `prev` those defences still hold. What a
 * replica writes by itself has no other: the spending of a grant that came too late, and was turned down, would spend the next grant.
 */
const spentByOthers = async (t: ExecutionContext, special: Special, grantsMax: number): Promise<Found> => {
  const installation = await startReplicas({ servers: 1, ...special });
  t.teardown(installation.stop);
  const { playAgain } = await startOnce(installation);
  const intruder = await startIntruder(await installation.connection());
  const played: Once[] = [];
  let whats: ReadonlyArray<string> = [];
  while (played.length < grantsMax && whats.length === 0) {
    played.push(await playAgain(played.length));
    whats = onceViolationsIn(played, await spendingsIn(await installation.connection())).map(({ what }) => what);
  }
  intruder.stop();
  return { rounds: played.length, whats };
};

test.serial('found: what truly comes before a message is not checked', async (t) => {
  const { rounds, whats } = await spentByOthers(t, { startService: await mutant(NO_PREV) }, GRANTS_MAX);
  t.log(`after ${rounds} grants: ${[...new Set(whats)].join(', ')}`);
  t.true(whats.includes('no value, though everybody was answered'));
});

// In short the race itself, and grants that count once, are what finds nothing.
inLongForm(() => {
  test.serial('with that check nobody spends the grants of others', async (t) => {
    t.deepEqual(await spentByOthers(t, {}, 5), { rounds: 5, whats: [] });
  });

  test.serial('with all of its defences the same race finds nothing', async (t) => {
    const { rounds, violations, stopped } = await race(t, {}, LATE_MS, 2 * ROUNDS_AT_ONCE);
    t.deepEqual({ rounds, violations, stopped }, { rounds: 2 * ROUNDS_AT_ONCE, violations: [], stopped: '' });
  });
});
