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
const more = ({ allowed, refused, lastAllowedAt, lastRefusedAt }: Counts, how: How, times: number, now: Instant): Counts =>
  how === 'allowed' ? { allowed: plus(allowed, times), refused, lastAllowedAt: now, lastRefusedAt } : { allowed, refused: plus(refused, times), lastAllowedAt, lastRefusedAt: now };

/** Written out, since there is one for each read: to copy an entry takes longer than to make one. */
const ofPath = (entries: Entries, { now, seq }: Fact, how: How, service: ServiceName, path: SecretPath | null): Change<UsageEntry> => {
  const key = path === null ? unknownUsageKey(service) : usageKey(service, path);
  const { allowed, refused, lastAllowedAt, lastRefusedAt } = more(entries.get(key) ?? none, how, 1, now);
  return [key, { service, path, allowed, refused, lastAllowedAt, lastRefusedAt, seq }];
};

const ofNamespace = (entries: Entries, { namespace, key: accessKey, result, times, now, seq }: NamespaceReadFact): Change<UsageEntry> => {
  const key = accessKeyUsageKey(namespace, accessKey);
  return [key, { namespace, key: accessKey, ...more(entries.get(key) ?? none, result, times, now), seq }];
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
