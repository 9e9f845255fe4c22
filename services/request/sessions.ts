/** Sessions: the shared key with a client's session key, computed once. Only sessions that were authenticated are remembered. */
import { sharedKey } from '../../crypto/box.ts';
import type { Redacted } from '../../crypto/redacted.ts';
import type { Id, PublicKey } from '../../events/vocabulary.ts';
import { latest } from '../latest.ts';
import { monotonic, rateLimit } from './rate-limit.ts';

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
/** New session keys a second: each costs an X25519, which is what a flood of them would be after. `each`: of one asker. */
export const UNKNOWN_PER_SECOND = { all: 500, each: 500 } as const;
/** The same by HTTP, where it is known who asks before anything is computed: once for admins and tokens, and once for access keys. */
export const UNKNOWN_BY_HTTP = { all: 500, each: 100 } as const;

const STRANGER = '';

/** Session keys that were authenticated, and whose they are. */
const makeRemembered = (most: number) => {
  const keys = latest<Bytes>(most);
  const owners = latest<string>(most);
  return {
    keyOf: (name: string): Bytes | undefined => keys.get(name),
    ownerOf: (from: string): string | undefined => owners.peek(from),
    add: (name: string, from: string, key: Bytes, owner: string): void => {
      keys.set(name, key);
      owners.set(from, owner);
    },
    delete: (name: string, from: string): void => {
      keys.delete(name);
      owners.delete(from);
    },
    forget: (kids: ReadonlyArray<string>): void => {
      for (const name of keys.keys()) if (kids.includes(name.slice(0, name.indexOf(' ')))) keys.delete(name);
    },
  };
};

export const makeSessions = ({ all, each }: { readonly all: number; readonly each: number } = UNKNOWN_PER_SECOND, now: () => number = monotonic, most = SESSIONS_MAX): Sessions => {
  const remembered = { credential: makeRemembered(most.credential), 'access-key': makeRemembered(most['access-key']) };
  const { credential, 'access-key': accessKey } = remembered;
  const [ofOne, ofAll] = [rateLimit(each, now), rateLimit(all, now)];
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
      const name = `${kid} ${from}`;
      const known = credential.keyOf(name) ?? accessKey.keyOf(name);
      if (known !== undefined) return sessionOf(name, from, known);
      if (!ofOne(asker) || !ofAll(STRANGER)) return 'busy';
      const key = sharedKey(from, boxKey);
      return key === undefined ? undefined : sessionOf(name, from, key);
    },
    ownerOf: (from) => credential.ownerOf(from) ?? accessKey.ownerOf(from),
  };
};
