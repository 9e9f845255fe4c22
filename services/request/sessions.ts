/** Sessions: the shared key with a client's session key, computed once. Only sessions that were authenticated are remembered. */
import { LRUCache } from 'lru-cache';
import { sharedKey } from '../../crypto/box.ts';
import type { Redacted } from '../../crypto/redacted.ts';
import type { Id, PublicKey } from '../../events/vocabulary.ts';
import { rateLimit } from './rate-limit.ts';

type Bytes = Redacted<Uint8Array>;

export type Session = { readonly key: Bytes; readonly remember: () => void };

export type Sessions = {
  /** The session of a client's key with one of our box keys; `busy` when too many unknown ones come. */
  readonly open: (kid: Id, from: PublicKey, boxKey: Bytes) => Session | 'busy' | undefined;
};

const SESSIONS_MAX = 20_000;
/** New session keys a second: each costs an X25519, which is what a flood of them would be after. */
const UNKNOWN_PER_SECOND = 500;

export const makeSessions = (): Sessions => {
  const known = new LRUCache<string, Bytes>({ max: SESSIONS_MAX });
  const mayCompute = rateLimit(UNKNOWN_PER_SECOND);
  return {
    open: (kid, from, boxKey) => {
      const name = `${kid} ${from}`;
      const remembered = known.get(name);
      if (remembered !== undefined) return { key: remembered, remember: () => undefined };
      if (!mayCompute('any')) return 'busy';
      const key = sharedKey(from, boxKey);
      return key === undefined ? undefined : { key, remember: () => void known.set(name, key) };
    },
  };
};
