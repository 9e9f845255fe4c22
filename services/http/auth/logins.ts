/**
 * The sessions of this replica's browsers. They are not in the log: a session lets look, and what changes something is signed.
 * Whether one counts is decided at each use, from what is folded then.
 */
import { fromBase64, toBase64 } from '../../../crypto/bytes.ts';
import { hash } from '../../../crypto/hash.ts';
import { randomBytes } from '../../../crypto/random.ts';
import { Digest, type AdminName, type PublicKey, type Role } from '../../../events/vocabulary.ts';
import type { World } from '../../../events/world.ts';
import { latest } from '../../latest.ts';

export const IDLE_MS = 30 * 60 * 1000;
export const SESSION_MS = 12 * 60 * 60 * 1000;
export const SESSIONS_MAX = 10_000;
/** Of one admin: the one that was used longest ago makes room. */
export const SESSIONS_OF_ONE = 32;

/** Times in milliseconds since 1970 UTC. */
export type Login = {
  readonly admin: AdminName;
  readonly role: Role;
  readonly key: PublicKey;
  readonly csrf: string;
  /** Where in the log it was opened, and where its key was added. */
  readonly seq: number;
  readonly keySeq: number;
  readonly idleUntil: number;
  readonly until: number;
};

export type Logins = {
  /** A new session of an admin who is known by that key; its id is in no other place than the browser. */
  readonly open: (admin: AdminName, key: PublicKey) => { readonly id: string; readonly session: Login } | undefined;
  /** The session of an id, which is used by that; undefined if it has ended or never was. */
  readonly use: (id: string) => Login | undefined;
  /** Whether it has not ended; that is no use. */
  readonly has: (id: string) => boolean;
  readonly end: (id: string) => void;
};

type Folded = { readonly world: World; readonly applied: () => number };

/** Removed, logged out, another role, or without that key: whatever of it stands in the log ends the session. */
const counts = ({ admins }: World, { admin, role, key, seq, keySeq }: Login): boolean => {
  const known = admins.get(admin);
  return known !== undefined && known.role === role && known.loggedOut <= seq && known.keys.get(key)?.seq === keySeq;
};

const secret = (): string => toBase64(randomBytes(32));
/** Who reads this process's memory or a dump of it finds no id to use. */
const nameOf = (id: string): string | undefined => (Digest.is(id) ? hash(fromBase64(id)) : undefined);

export const makeLogins = ({ world, applied }: Folded, now: () => number = Date.now): Logins => {
  const known = latest<Login>(SESSIONS_MAX);
  const isOver = (session: Login): boolean => now() >= Math.min(session.idleUntil, session.until) || !counts(world, session);
  const makeRoom = (admin: AdminName): void => {
    // The last used ones come first.
    const own = [...known.entries()].filter(([, session]) => session.admin === admin);
    for (const [at, [name, session]] of own.entries()) if (at >= SESSIONS_OF_ONE - 1 || isOver(session)) known.delete(name);
  };
  return {
    open: (name, key) => {
      const admin = world.admins.get(name);
      const keySeq = admin?.keys.get(key)?.seq;
      if (admin === undefined || keySeq === undefined) return undefined;
      makeRoom(name);
      const id = secret();
      const session = { admin: name, role: admin.role, key, csrf: secret(), seq: applied(), keySeq, idleUntil: now() + IDLE_MS, until: now() + SESSION_MS };
      known.set(nameOf(id) ?? '', session);
      return { id, session };
    },
    use: (id) => {
      const name = nameOf(id);
      const session = name === undefined ? undefined : known.get(name);
      if (name === undefined || session === undefined) return undefined;
      if (isOver(session)) {
        known.delete(name);
        return undefined;
      }
      const used = { ...session, idleUntil: now() + IDLE_MS };
      known.set(name, used);
      return used;
    },
    has: (id) => {
      const session = known.peek(nameOf(id) ?? '');
      return session !== undefined && !isOver(session);
    },
    end: (id) => void known.delete(nameOf(id) ?? ''),
  };
};
