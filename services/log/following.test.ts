/** One fold for decisions and read models: however the two come to it, nothing is lost and nothing counts twice. */
import { setImmediate as turn } from 'node:timers/promises';
import test from 'ava';
import fc from 'fast-check';
import { left } from 'fp-ts/lib/Either.js';
import { hashing } from '../../crypto/hash.ts';
import { Redacted } from '../../crypto/redacted.ts';
import type { Log } from '../../events/log/log.ts';
import { ReplicaId, sure, type Id } from '../../events/vocabulary.ts';
import { memoryStore } from '../../projections/memory-store.ts';
import { startProjector, type Projector } from '../../projections/run.ts';
import { KEYRING, LOG_KEY, newHistory, WRITER, type History } from '../../tests/support/history.ts';
import { orThrow } from '../../tests/support/jetlock.ts';
import { eventually } from '../../tests/support/poll.ts';
import { scaled } from '../../tests/support/scale.ts';
import { storedAfter, storedIn } from '../../tests/support/stored.ts';
import type { Keyring } from '../keyring/keyring.ts';
import { verdictsOf } from './verdicts.ts';
import { logCrypto, makeReplica, type Replica } from './replica.ts';

const LIMIT_MS = 60_000;
const PATHS = ['billing/KEY', 'billing/OTHER'];
const NEVER = { leaseMs: 1e9, renewMs: 1e9, usageMs: 1e9, checkpointMs: 1e9 };

const keyring = {
  opened: (id: string) => (id === KEYRING.log ? new Redacted(LOG_KEY) : undefined),
  open: async (id: string) => left({ kind: 'missing', message: `no key ${id}`, hint: '' }),
} as unknown as Keyring;

/** Each message of a follow is taken so many turns of the event loop after it came. */
const lagging = (log: Log, turns: () => number): Log => ({
  ...log,
  follow: (wanted) =>
    log.follow({
      ...wanted,
      onMessage: async (message) => {
        for (let left = turns(); left > 0; left -= 1) await turn();
        await wanted.onMessage(message);
      },
    }),
});

type Scene = { readonly history: History; readonly replica: Replica; readonly projector: Projector; readonly told: number[]; readonly answered: Map<Id, number>; readonly widened: () => number };

const steps = {
  own: ({ history, replica, answered }: Scene) => {
    const draft = history.draft.read(attemptOf(history));
    const { id } = draft.record;
    answered.set(id, 0);
    replica.onRecord(id, ({ verdict }) => verdict._tag === 'read' && answered.set(id, (answered.get(id) ?? 0) + 1));
    history.append(draft);
  },
  other: ({ history }: Scene) => {
    const subject = history.subjects.read(sure(ReplicaId, 'replica-2'));
    const { record } = history.draft.read(attemptOf(history), attemptOf(history));
    history.append({ subject, record: { ...record, prev: history.fold.previous(subject) as never } });
  },
  write: ({ history }: Scene) => void history.write(PATHS[0] ?? ''),
  forged: ({ history }: Scene) => void history.publish({ subject: history.subjects.read(sure(ReplicaId, 'replica-2')), data: new Uint8Array(1), mac: 'x.y' }),
  revoke: ({ history }: Scene) => void history.revoke('invoicer', 'billing/'),
  grant: ({ history }: Scene) => void history.grant('invoicer', 'billing/'),
  turns: async () => {
    for (let n = 0; n < 6; n += 1) await turn();
  },
  rebuild: async ({ projector }: Scene) => {
    await projector.rebuild();
  },
};
type Step = keyof typeof steps;

const attemptOf = (history: History) => ({ service: 'invoicer', credential: [...(history.fold.world.services.get('invoicer' as never)?.keys() ?? [])][0], paths: PATHS });

const sceneOf = async (lag: { readonly replica: () => number; readonly session: () => number }): Promise<Scene & { readonly store: ReturnType<typeof memoryStore> }> => {
  const history = newHistory();
  const { subjects, log } = history;
  history.write(PATHS[0] ?? '');
  history.approved('invoicer');
  history.grant('invoicer', 'billing/');
  const replica = makeReplica({ id: WRITER, subjects, log: lagging(log, lag.replica), keyring, created: '' });
  const told: number[] = [];
  replica.onFolded(({ seq }) => told.push(seq));
  await replica.start();
  replica.trust();
  replica.markReady();
  const store = memoryStore();
  let widened = 0;
  const verdicts = verdictsOf(replica);
  const projector = await startProjector({
    ...{ subjects, store, newHashing: hashing, pace: NEVER, replica: WRITER, crypto: logCrypto(keyring), loadKey: async () => true },
    log: lagging(log, lag.session),
    verdicts: { ...verdicts, widen: (place) => (verdicts.widen(place) ? ((widened += 1), true) : false) },
    onFailure: (failure) => {
      throw new Error(JSON.stringify(failure));
    },
  });
  return { history, replica, projector, store, told, answered: new Map<Id, number>(), widened: () => widened };
};

const kinds: fc.Arbitrary<Step> = fc.constantFrom('own', 'own', 'other', 'other', 'write', 'forged', 'revoke', 'grant', 'turns', 'turns', 'turns', 'rebuild');

test('whenever the read models go over to the fold of the replica, they are what a fold of everything makes, and each own read is answered once', async (t) => {
  const lags: fc.Arbitrary<Iterator<number, number>> = fc.infiniteStream(fc.nat(2));
  await fc.assert(
    fc.asyncProperty(fc.array(kinds, { maxLength: 40 }), lags, lags, async (wanted, ofReplica, ofSession) => {
      const scene = await sceneOf({ replica: () => ofReplica.next().value, session: () => ofSession.next().value });
      const { history, replica, projector, store, told, answered } = scene;
      for (const step of wanted) await steps[step](scene);
      await eventually(() => (scene.widened() > 0 ? true : undefined), LIMIT_MS, 'the two to be one');
      // No fold of state and own reads alone would come to the last of these.
      for (const step of ['other', 'own', 'other'] as const) steps[step](scene);
      t.true(await replica.reached(history.fold.applied(), LIMIT_MS));
      t.true(await projector.waitFor(history.fold.applied(), LIMIT_MS));
      t.true(orThrow(await projector.verify()).identical);
      await projector.close();
      t.deepEqual(await storedIn(store), storedAfter(history));
      t.true(told.every((seq, n) => n === 0 || seq > (told[n - 1] ?? 0)));
      t.true([...answered.values()].every((count) => count === 1));
      await replica.stop();
    }),
    { numRuns: scaled(60, 2_000) },
  );
});
