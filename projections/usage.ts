/** Who reads what, how often, and when last. */
import * as t from 'io-ts';
import type { Count, Instant, SecretPath, ServiceName } from '../events/vocabulary.ts';
import { AccessKeyUsageView, UsageView } from '../protocol/views.ts';
import { accessKeyUsageKey, unknownUsageKey, usageKey } from './keys.ts';
import type { Change, Fact, NamespaceReadFact, Projection } from './projection.ts';

const UsageEntry = t.union([UsageView, AccessKeyUsageView], 'UsageEntry');
type UsageEntry = t.TypeOf<typeof UsageEntry>;
type Entries = ReadonlyMap<string, UsageEntry>;
type How = 'allowed' | 'refused';

type Counts = { readonly allowed: Count; readonly refused: Count; readonly lastAllowedAt: Instant | null; readonly lastRefusedAt: Instant | null };
const none: Counts = { allowed: 0 as Count, refused: 0 as Count, lastAllowedAt: null, lastRefusedAt: null };

const plus = (count: Count, times: number): Count => (count + times) as Count;
const more = ({ allowed, refused }: Counts, how: How, times: number, now: Instant): Partial<Counts> =>
  how === 'allowed' ? { allowed: plus(allowed, times), lastAllowedAt: now } : { refused: plus(refused, times), lastRefusedAt: now };

const counted = <E extends UsageEntry>(entries: Entries, key: string, fresh: Omit<E, keyof Counts | 'seq'>, { now, seq }: Fact, how: How, times = 1): Change<UsageEntry> => {
  const before = (entries.get(key) ?? { ...none, ...fresh }) as E;
  return [key, { ...before, ...more(before, how, times, now), seq }];
};

const ofPath = (entries: Entries, fact: Fact, how: How, service: ServiceName, path: SecretPath | null): Change<UsageEntry> =>
  counted<UsageView>(entries, path === null ? unknownUsageKey(service) : usageKey(service, path), { service, path }, fact, how);

const ofNamespace = (entries: Entries, fact: NamespaceReadFact): Change<UsageEntry> => {
  const { namespace, key, result, times } = fact;
  return counted<AccessKeyUsageView>(entries, accessKeyUsageKey(namespace, key), { namespace, key }, fact, result, times);
};

/**
 * A read that would spend a grant counts once the event that spends it is there; till then it is neither allowed nor refused.
 * Whoever asks for paths at random makes one entry, not one for each: what is not known is summed up. A read of a namespace is
 * one, however much is in it.
 */
export const usage: Projection<UsageEntry> = {
  name: 'usage',
  entry: UsageEntry,
  evolve: (entries, fact) => {
    if (fact._tag === 'namespace read') return [ofNamespace(entries, fact)];
    if (fact._tag === 'event') {
      const { event } = fact;
      return event.type === 'AccessConsumed' ? [ofPath(entries, fact, 'allowed', event.service, event.path)] : [];
    }
    const { service, outcome, isKnown } = fact;
    return outcome.result === 'spending' ? [] : [ofPath(entries, fact, outcome.result, service, isKnown ? outcome.path : null)];
  },
};
