/** Sessions: the shared key with a client's session key, computed once. Only sessions that were authenticated are remembered. */
import { sharedKey } from '../../crypto/box.ts';
import type { Redacted } from '../../crypto/redacted.ts';
import type { Id, PublicKey } from '../../events/vocabulary.ts';
import { latest } from '../latest.ts';
import { makeAllowance, monotonic, rateLimit } from './rate-limit.ts';

type Bytes = Redacted<Uint8Array>;

/** By what somebody authenticated: programs and admins, or whoever has an access key, which can be very many with a session for every call. */
export type SessionOf = 'credential' | 'access-key';

/** Before the name of an access key where it is an owner; in no name of a service or an admin is a space. */
export const ACCESS_KEY_OWNER = 'access-key ';

export type Session = {
  readonly key: Bytes;
  /** It was authenticated, as whom. */
  readonly remember: (owner: string, by?: SessionOf) => void;
  /** What it shows is no good any more: it is a stranger's again. */
  readonly forget: () => void;
};

export type Sessions = {
  /**
   * The session of a client's key with one of our box keys; `busy` when too many unknown ones come.
   * @param asker who wants it, where that is known already
   */
  readonly open: (kid: Id, from: PublicKey, boxKey: Bytes, asker?: string) => Session | 'busy' | undefined;
  /** Who authenticated with that session key last. A name for queues and limits, not a proof: nothing is opened yet. */
  readonly ownerOf: (from: string) => string | undefined;
  /** Forgets what was shared with box keys that are destroyed. */
  readonly forget: (kids: ReadonlyArray<string>) => void;
};

/** Of each kind: none of them pushes out the others. */
export const SESSIONS_MAX: { readonly [K in SessionOf]: number } = { credential: 20_000, 'access-key': 5_000 };
/** Of one access key: whoever makes a new one for each call pushes out their own. */
export const SESSIONS_EACH = 64;
/** New session keys a second: each costs an X25519, which is what a flood of them would be after. `each`: of one asker. */
export const UNKNOWN_PER_SECOND = { all: 500, each: 500 } as const;
/** The same by HTTP, where it is known who asks before anything is computed: once for admins and tokens, and once for access keys. */
export const UNKNOWN_BY_HTTP = { all: 500, each: 100 } as const;

const STRANGER = '';
/** Of what all have those who ask now share this much; the rest is for whoever comes next. */
const SHARED = 4 / 5;

type Known = { readonly key: Bytes; readonly owner: string };

const nameOf = (kid: string, from: string): string => `${kid} ${from}`;
const fromOf = (name: string): string => name.slice(name.indexOf(' ') + 1);

/** What each owner has, what was authenticated last at the end. */
const makeHeld = () => {
  const held = new Map<string, Set<string>>();
  return {
    delete: (owner: string, name: string): void => {
      const own = held.get(owner);
      if (own?.delete(name) === true && own.size === 0) held.delete(owner);
    },
    /** It was authenticated again. */
    again: (owner: string, name: string): void => {
      const own = held.get(owner);
      if (own?.delete(name) === true) own.add(name);
    },
    /** @returns the oldest, where there are more than `each` */
    add: (owner: string, name: string, each: number): string | undefined => {
      const own = held.get(owner) ?? new Set<string>();
      held.set(owner, own.add(name));
      return own.size > each ? own.values().next().value : undefined;
    },
  };
};

/** Session keys that were authenticated, and whose they are. */
const makeRemembered = (most: number, each = most) => {
  const held = makeHeld();
  const keys = latest<Known>(most, ({ owner }, name) => held.delete(owner, name));
  const owners = latest<string>(most);
  const forget = (name: string, from: string): void => {
    keys.delete(name);
    owners.delete(from);
  };
  return {
    keyOf: (name: string): Bytes | undefined => keys.get(name)?.key,
    ownerOf: (from: string): string | undefined => owners.peek(from),
    add: (name: string, from: string, key: Bytes, owner: string): void => {
      const known = keys.get(name);
      // Nearly always: to put it there anew takes several times as long.
      if (known?.key === key && known.owner === owner && owners.get(from) === owner) return held.again(owner, name);
      // Before there is one more: it takes the place of their own, not of another's.
      keys.delete(name);
      const oldest = held.add(owner, name, each);
      if (oldest !== undefined) forget(oldest, fromOf(oldest));
      keys.set(name, { key, owner });
      owners.set(from, owner);
    },
    delete: forget,
    forget: (kids: ReadonlyArray<string>): void => {
      for (const name of keys.keys()) if (kids.includes(name.slice(0, name.indexOf(' ')))) keys.delete(name);
    },
  };
};

const ACTIVE_MS = 1_000;

/** How many asked within the last second or two, whatever they were told. */
const countActive = (now: () => number): ((asker: string) => number) => {
  let [before, current, since, fresh] = [new Set<string>(), new Set<string>(), now(), 0];
  const turn = (at: number): void => {
    before = at - since < 2 * ACTIVE_MS ? current : new Set();
    [current, since, fresh] = [new Set(), at, 0];
  };
  return (asker) => {
    const at = now();
    if (at - since >= ACTIVE_MS) turn(at);
    if (!current.has(asker) && !before.has(asker)) fresh += 1;
    current.add(asker);
    return before.size + fresh;
  };
};

/**
 * Of one asker no more than `each`, and no more than a fair part of what all have: each new session costs the more the more ask for some.
 * @returns whether there may be one more now
 */
const inFairParts = ({ all, each }: { readonly all: number; readonly each: number }, now: () => number): ((asker: string) => boolean) => {
  const [ofOne, ofAll, active] = [makeAllowance({ perSecond: all, atOnce: all }, now), rateLimit(all, now), countActive(now)];
  return (asker) => {
    // Strangers are one: whose it is nobody knows yet.
    const cost = asker === STRANGER ? all / each : Math.max(all / each, active(asker) / SHARED);
    if (!ofOne.isLeft(asker) || !ofAll(STRANGER)) return false;
    // Beyond what is left as well, however many there are: it is made up for.
    ofOne.owe(asker, cost);
    return true;
  };
};

export const makeSessions = (limits: { readonly all: number; readonly each: number } = UNKNOWN_PER_SECOND, now: () => number = monotonic, most = SESSIONS_MAX): Sessions => {
  const remembered = { credential: makeRemembered(most.credential), 'access-key': makeRemembered(most['access-key'], SESSIONS_EACH) };
  const { credential, 'access-key': accessKey } = remembered;
  const mayHaveNew = inFairParts(limits, now);
  const sessionOf = (name: string, from: string, key: Bytes): Session => ({
    key,
    remember: (owner, by = 'credential') => remembered[by].add(name, from, key, owner),
    forget: () => {
      credential.delete(name, from);
      accessKey.delete(name, from);
    },
  });
  return {
    forget: (kids) => {
      credential.forget(kids);
      accessKey.forget(kids);
    },
    open: (kid, from, boxKey, asker = STRANGER) => {
      const name = nameOf(kid, from);
      const known = credential.keyOf(name) ?? accessKey.keyOf(name);
      if (known !== undefined) return sessionOf(name, from, known);
      if (!mayHaveNew(asker)) return 'busy';
      const key = sharedKey(from, boxKey);
      return key === undefined ? undefined : sessionOf(name, from, key);
    },
    ownerOf: (from) => credential.ownerOf(from) ?? accessKey.ownerOf(from),
  };
};
