/** Sessions: the shared key with a client's session key, computed once. Only sessions that were authenticated are remembered. */
import { sharedKey } from '../../crypto/box.ts';
import type { Redacted } from '../../crypto/redacted.ts';
import type { Id, PublicKey } from '../../events/vocabulary.ts';
import { latest } from '../latest.ts';
import { monotonic, rateLimit } from './rate-limit.ts';

type Bytes = Redacted<Uint8Array>;

export type Session = {
  readonly key: Bytes;
  /** It was authenticated, as whom. */
  readonly remember: (owner: string) => void;
  /** What it shows is no good any more: it is a stranger's again. */
  readonly forget: () => void;
};

export type Sessions = {
  /** The session of a client's key with one of our box keys; `busy` when too many unknown ones come. */
  readonly open: (kid: Id, from: PublicKey, boxKey: Bytes) => Session | 'busy' | undefined;
  /** Who authenticated with that session key last. A name for queues and limits, not a proof: nothing is opened yet. */
  readonly ownerOf: (from: string) => string | undefined;
  /** Forgets what was shared with box keys that are destroyed. */
  readonly forget: (kids: ReadonlyArray<string>) => void;
};

export const SESSIONS_MAX = 20_000;
/** New session keys a second: each costs an X25519, which is what a flood of them would be after. */
export const UNKNOWN_PER_SECOND = 500;

export const makeSessions = (now: () => number = monotonic): Sessions => {
  const known = latest<Bytes>(SESSIONS_MAX);
  const owners = latest<string>(SESSIONS_MAX);
  const mayCompute = rateLimit(UNKNOWN_PER_SECOND, now);
  const sessionOf = (name: string, from: string, key: Bytes): Session => ({
    key,
    remember: (owner) => {
      known.set(name, key);
      owners.set(from, owner);
    },
    forget: () => {
      known.delete(name);
      owners.delete(from);
    },
  });
  return {
    forget: (kids) => {
      for (const name of known.keys()) if (kids.includes(name.slice(0, name.indexOf(' ')))) known.delete(name);
    },
    open: (kid, from, boxKey) => {
      const name = `${kid} ${from}`;
      const remembered = known.get(name);
      if (remembered !== undefined) return sessionOf(name, from, remembered);
      if (!mayCompute('any')) return 'busy';
      const key = sharedKey(from, boxKey);
      return key === undefined ? undefined : sessionOf(name, from, key);
    },
    ownerOf: (from) => owners.peek(from),
  };
};
