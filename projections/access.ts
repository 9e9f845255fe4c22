/** What each service has asked for and may read. */
import type { Event, EventOf } from '../events/event.ts';
import { covers, type Instant, isPrefix, type ServiceName, type Target } from '../events/vocabulary.ts';
import { AccessView } from '../protocol/views.ts';
import { accessKey } from './keys.ts';
import { keysWhere, type Change, type EventFact, type Projection } from './projection.ts';

type Entries = ReadonlyMap<string, AccessView>;
type About = { readonly service: ServiceName; readonly target: Target };

const fresh = ({ service, target }: About, { seq }: EventFact): AccessView => ({
  service,
  target,
  status: 'requested',
  until: null,
  once: false,
  spent: false,
  offline: null,
  description: null,
  format: null,
  pattern: null,
  reason: null,
  requestedAt: null,
  decidedAt: null,
  decidedBy: null,
  seq,
});

const change = (entries: Entries, fact: EventFact, about: About, to: Partial<AccessView>): Change<AccessView> => {
  const key = accessKey(about.service, about.target);
  return [key, { ...(entries.get(key) ?? fresh(about, fact)), ...to, seq: fact.seq }];
};

const plain = { until: null, once: false, spent: false, offline: null } as const;

const decided = ({ now, by }: EventFact, { reason }: EventOf<'AccessGranted' | 'AccessDenied' | 'AccessRevoked'>) =>
  ({ ...plain, reason, decidedAt: now, decidedBy: by }) as const;

/** The time of a grant runs from its own place in the log. */
const granted = (fact: EventFact, event: EventOf<'AccessGranted'>): Partial<AccessView> => ({
  ...decided(fact, event),
  status: 'granted',
  until: event.duration === null ? null : ((fact.now + event.duration) as Instant),
  once: event.once,
  offline: event.offline,
});

const accessChange = (fact: EventFact, event: Event): readonly [About, Partial<AccessView>] | undefined => {
  switch (event.type) {
    case 'AccessRequested': {
      const { description, format, pattern } = event;
      const asked = { description, format, pattern, requestedAt: fact.now, reason: null, decidedAt: null, decidedBy: null };
      return [event, { ...plain, ...asked, status: 'requested' }];
    }
    case 'AccessGranted':
      return [event, granted(fact, event)];
    case 'AccessDenied':
      return [event, { ...decided(fact, event), status: 'denied' }];
    case 'AccessRevoked':
      return [event, { ...decided(fact, event), status: 'revoked' }];
    case 'AccessConsumed':
      return [event, { spent: true }];
    default:
      return undefined;
  }
};

/** A grant of a prefix settles the open requests that it covers, as it does in the world that decisions are made from. */
const settled = (entries: Entries, event: Event): ReadonlyArray<Change<AccessView>> => {
  if (event.type !== 'AccessGranted' || !isPrefix(event.target)) return [];
  const { service, target } = event;
  const isSettled = (one: AccessView): boolean => one.service === service && one.status === 'requested' && !isPrefix(one.target) && covers(target, one.target);
  return keysWhere(entries, isSettled).map((key) => [key, undefined]);
};

/** What is opened by a prefix has no entry of its own. Only who decides about a request has to have seen what is expected: else its sequence stays. */
const expectationChange = (entries: Entries, { seq }: EventFact, { service, target, format, pattern }: EventOf<'ExpectationChanged'>): ReadonlyArray<Change<AccessView>> => {
  const key = accessKey(service, target);
  const known = entries.get(key);
  return known === undefined ? [] : [[key, { ...known, format, pattern, seq: known.status === 'requested' ? seq : known.seq }]];
};

export const access: Projection<AccessView> = {
  name: 'access',
  entry: AccessView,
  evolve: (entries, fact) => {
    if (fact._tag !== 'event') return [];
    if (fact.event.type === 'ExpectationChanged') return expectationChange(entries, fact, fact.event);
    const changed = accessChange(fact, fact.event);
    return changed === undefined ? [] : [change(entries, fact, ...changed), ...settled(entries, fact.event)];
  },
};
