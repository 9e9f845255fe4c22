/** Which version of a secret each process of a service runs, and how often one was used while nobody could be asked. */
import type { EventOf } from '../events/event.ts';
import type { Count, Instant } from '../events/vocabulary.ts';
import { RolloutView } from '../protocol/views.ts';
import { rolloutKey } from './keys.ts';
import type { Change, EventFact, Projection } from './projection.ts';

type Entries = ReadonlyMap<string, RolloutView>;
type About = EventOf<'VersionApplied' | 'UsedOffline'>;

/** An entry is one message. Of more processes those that reported last are kept; many of the others have long ended. */
export const PROCESSES_MAX = 500;

const applied = ({ processes }: RolloutView, { now }: EventFact, { version, client, instances }: EventOf<'VersionApplied'>): Partial<RolloutView> => {
  const again = new Set(instances);
  const others = processes.filter(({ instance }) => !again.has(instance));
  return { processes: [...others, ...[...again].map((instance) => ({ instance, version, at: now, client }))].slice(-PROCESSES_MAX) };
};

/** What a service says of itself: whatever that is, the entry stays one that can be read and shown. */
const used = ({ offlineUses, lastOfflineUse }: RolloutView, { now }: EventFact, { count, last }: EventOf<'UsedOffline'>): Partial<RolloutView> => ({
  offlineUses: Math.min(Number.MAX_SAFE_INTEGER, offlineUses + count) as Count,
  lastOfflineUse: Math.max(lastOfflineUse ?? 0, Math.min(last, now)) as Instant,
});

const change = (entries: Entries, fact: EventFact, event: About): Change<RolloutView> => {
  const { service, path } = event;
  const key = rolloutKey(service, path);
  const before = entries.get(key) ?? { service, path, processes: [], offlineUses: 0 as Count, lastOfflineUse: null, seq: fact.seq };
  const news = event.type === 'VersionApplied' ? applied(before, fact, event) : used(before, fact, event);
  return [key, { ...before, ...news, seq: fact.seq }];
};

export const rollout: Projection<RolloutView> = {
  name: 'rollout',
  entry: RolloutView,
  evolve: (entries, fact) => {
    if (fact._tag !== 'event') return [];
    const { event } = fact;
    return event.type === 'VersionApplied' || event.type === 'UsedOffline' ? [change(entries, fact, event)] : [];
  },
};
