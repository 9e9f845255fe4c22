/** Projectors over a short history, with a store in memory. */
import { hashing } from '../../crypto/hash.ts';
import { ReplicaId, sure } from '../../events/vocabulary.ts';
import { memoryStore } from '../../projections/memory-store.ts';
import { startProjector, type ProjectorOptions } from '../../projections/run.ts';
import type { ViewStore } from '../../projections/view-store.ts';
import { logCrypto, newHistory, type History } from './history.ts';

export const LIMIT = 30_000;
export const PATH = 'billing/stripe/KEY';
/** Nothing happens by the clock, unless a test is about it. */
export const NEVER = { leaseMs: 1e9, renewMs: 1e9, usageMs: 1e9, checkpointMs: 1e9 };

export const given = () => {
  const history = newHistory();
  history.write(PATH);
  const attempt = { service: 'invoicer', credential: history.approved('invoicer'), paths: [PATH] };
  history.grant('invoicer', 'billing/');
  history.read(attempt, attempt);
  return { history, attempt, store: memoryStore() };
};

export const start = (history: History, store: ViewStore, more: Partial<ProjectorOptions> = {}) =>
  startProjector({
    log: history.log,
    subjects: history.subjects,
    crypto: logCrypto,
    loadKey: async () => true,
    store,
    replica: sure(ReplicaId, 'r1'),
    newHashing: hashing,
    onFailure: (failure) => {
      throw new Error(JSON.stringify(failure));
    },
    pace: NEVER,
    ...more,
  });
