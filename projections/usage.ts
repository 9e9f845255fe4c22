/** Who reads what, how often, and when last. */
import type { Count, SecretPath, ServiceName } from '../events/vocabulary.ts';
import { UsageView } from '../protocol/views.ts';
import { unknownUsageKey, usageKey } from './keys.ts';
import type { Change, Fact, Projection } from './projection.ts';

const plusOne = (count: Count): Count => (count + 1) as Count;

const counted = (
  entries: ReadonlyMap<string, UsageView>,
  { now, seq }: Fact,
  how: 'allowed' | 'refused',
  [service, path]: readonly [ServiceName, SecretPath | null],
): Change<UsageView> => {
  const key = path === null ? unknownUsageKey(service) : usageKey(service, path);
  const none = { service, path, allowed: 0 as Count, refused: 0 as Count, lastAllowedAt: null, lastRefusedAt: null };
  const before = entries.get(key) ?? none;
  const more =
    how === 'allowed'
      ? { allowed: plusOne(before.allowed), lastAllowedAt: now }
      : { refused: plusOne(before.refused), lastRefusedAt: now };
  return [key, { ...before, ...more, seq }];
};

/**
 * A read that would spend a grant counts once the event that spends it is there; till then it is neither allowed nor refused.
 * Whoever asks for paths at random makes one entry, not one for each: what is not known is summed up.
 */
export const usage: Projection<UsageView> = {
  name: 'usage',
  entry: UsageView,
  evolve: (entries, fact) => {
    if (fact._tag === 'event') {
      const { event } = fact;
      return event.type === 'AccessConsumed' ? [counted(entries, fact, 'allowed', [event.service, event.path])] : [];
    }
    const { service, outcome, isKnown } = fact;
    return outcome.result === 'spending' ? [] : [counted(entries, fact, outcome.result, [service, isKnown ? outcome.path : null])];
  },
};
